"""A trained run opened again: predictions, own pictures, augmented previews."""
