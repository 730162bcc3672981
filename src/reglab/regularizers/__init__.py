"""The regularizers, one file each; `table` lists them."""
