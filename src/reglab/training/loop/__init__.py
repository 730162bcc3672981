"""What Keras's `fit` is given: images, model, optimizer, callbacks."""
