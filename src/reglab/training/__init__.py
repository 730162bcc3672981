"""Training: sessions, and sessions whose run is recorded."""
