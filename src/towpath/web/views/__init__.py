"""View models: what a template shows, worked out from what a use case answered. Pure."""
