"""Views: pure functions from a value to what is shown, on a terminal or a page."""
