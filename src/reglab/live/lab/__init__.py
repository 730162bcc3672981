"""What the page shows and does, without the page: networks, their curves, the log, the diagnosis."""
