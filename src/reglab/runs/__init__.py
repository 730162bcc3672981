"""The directory of a run: layout, lock, opening, status, history, environment, summary, and finding runs."""
