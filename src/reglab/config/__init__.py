"""What an experiment is: schema, loading, inheritance, overrides, and messages with file and line."""
