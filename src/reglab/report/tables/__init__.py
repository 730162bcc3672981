"""Tables of runs and comparisons, for people and for machines."""
