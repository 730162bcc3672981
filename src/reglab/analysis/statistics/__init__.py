"""Statistics of a few seeds: intervals, p-values, verdicts and effects, on plain numbers."""
