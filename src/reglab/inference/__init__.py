"""Trained runs, opened again: predictions, own pictures, augmented previews."""
