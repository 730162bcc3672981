"""Reading an experiment from YAML, with file and line of every value."""
