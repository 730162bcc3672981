"""Pictures and tables of runs and comparisons."""
