"""Metrics of complete runs, and comparisons of them; without Keras and Matplotlib."""
