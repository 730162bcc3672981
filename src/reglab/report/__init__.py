"""Figures and tables of runs and comparisons."""
