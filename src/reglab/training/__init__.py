"""One run, trained."""
