"""The network: how it is built, initialized, counted and saved."""
