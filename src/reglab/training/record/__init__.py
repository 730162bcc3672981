"""The files of a training: checkpoint, history, results."""
