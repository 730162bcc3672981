"""The sections of an experiment except its regularizers, and how an experiment is read from YAML."""
