"""The file formats of data sets."""
