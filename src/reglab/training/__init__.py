"""Training: sessions, and runs that are recorded."""
