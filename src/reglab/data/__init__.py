"""Data sets: finding, reading and splitting them."""
