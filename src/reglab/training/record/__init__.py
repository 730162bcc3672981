"""What a training writes: checkpoint, history, results."""
