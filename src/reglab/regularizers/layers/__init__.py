"""The Keras layers and callbacks that the regularizers use."""
