"""The arguments of Keras's `fit`: batches, model, optimizer, callbacks."""
