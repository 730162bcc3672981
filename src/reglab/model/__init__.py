"""The network: built from an experiment, started from keyed weights, counted, and saved for others."""
