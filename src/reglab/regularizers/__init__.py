"""The techniques, one file each; `table` lists them."""
