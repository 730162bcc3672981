"""A run's directory: layout, status, history, environment, lock, and finding runs."""
