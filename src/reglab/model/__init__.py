"""The network: building, initial weights, size and saving."""
