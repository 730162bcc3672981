"""What the benchmark runs in turn, each as a process of its own that prints one JSON line."""
