"""Inference with the networks of complete runs, pictures of the user, and augmented images."""
