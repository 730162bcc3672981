"""Engines train the runs of a plan: as processes of this machine, or as tasks of a cluster."""
