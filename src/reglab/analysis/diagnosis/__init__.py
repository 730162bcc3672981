"""What the curves of an experiment show, by rules whose thresholds are in `thresholds`; without Keras."""
