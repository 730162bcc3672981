"""Keras layers and callbacks of the regularizers."""
