"""A run as a process of its own."""
