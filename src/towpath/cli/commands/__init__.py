"""One file a family of commands: arguments → one use case → a view."""
