"""Trains each run in a separate process."""
