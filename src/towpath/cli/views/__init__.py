"""Views: pure functions from a value to what is printed."""
