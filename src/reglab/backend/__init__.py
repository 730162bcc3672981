"""Starting Keras: backend, threads and precision."""
