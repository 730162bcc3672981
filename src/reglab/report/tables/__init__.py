"""Tables of comparisons: Markdown, terminal, CSV and JSON."""
