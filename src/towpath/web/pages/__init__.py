"""Routes of pages. Each asks for the caller, asks one use case, and renders one view."""
