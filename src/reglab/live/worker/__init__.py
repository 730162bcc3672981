"""The process that trains for the page."""
