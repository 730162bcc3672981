"""reglab: a laboratory for regularization of convolutional networks."""

__version__ = "0.1.0"
