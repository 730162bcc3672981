"""The sections `data`, `model` and `training` of an experiment, and the reading of YAML."""
