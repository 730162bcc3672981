"""Numbers from finished runs; nothing here trains or draws."""
