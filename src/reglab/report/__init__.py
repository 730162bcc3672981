"""Pictures and tables from analysis."""
