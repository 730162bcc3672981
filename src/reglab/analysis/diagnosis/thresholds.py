"""The thresholds of all diagnoses, for complete runs and for the live page, with their reasons.

The definitions are those of Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 5.2: a network
underfits if its error on the training images is not low enough, and overfits if the gap between training and
validation error is too large. Overfitting starts at the minimum of the validation error, here of its
cross-entropy, as in Prechelt, "Early Stopping, But When?", 1998. Neither source has numbers for "low enough"
and "too large". The numbers below were chosen on the 34 runs in `reference/lecture`, which are of one data
set and one family of networks.
"""

STANDARD_ERRORS = 3.0
"""Standard errors from which a difference is more than noise.

There are several tests for each of several seeds, so that two standard errors, which chance exceeds once in
twenty tests, would be too few.
"""

LARGE_GAP = 0.10
"""Gap of the accuracy from which a network may overfit, a fraction.

The lecture calls CNN + MP + BN + DA, whose gap is 9 points, healthy. The smallest gap of the experiments
that overfit is that of CNN + MP + L1, 12 points.
"""

ERROR_RATIO = 2.0
"""Validation error divided by the error on clean images, from which a smaller gap may be overfitting too.

With accuracies near 100 %, such as those of MNIST, no gap reaches 10 points. The validation cross-entropy
must rise as well, because a network that fits almost every training image always has a large ratio. In the
lecture's experiments with a small gap the ratio is at most 1.8.
"""

LEAST_CHANGE = 0.02
"""Smallest change of an accuracy that matters, a fraction.

Over the last quarter of a training, a smaller rise is not worth training longer for. It is also more than one
standard error of an accuracy on the 1,000 images of the live page, 1.6 points at 50 %.
"""

RISE_OF_CROSS_ENTROPY = 1.05
"""Validation cross-entropy divided by its minimum, from which it rises.

Prechelt's criterion GL₅ stops a training there.
"""

LOW_SHARE = 2 / 3
"""Underfitting: the accuracy on clean images is lower than this share of the way from guessing to 100 %.

It is 70 % with ten classes. All of the lecture's experiments have more; the lowest one has 84 %.
"""

UNSTABLE_NOISE = 0.01
"""Standard deviation of the validation accuracy from epoch to epoch, from which it is unstable, a fraction.

Two standard deviations are then as large as `LEAST_CHANGE`: the result depends on the epoch at which the
training ended. The lecture's experiments without batch normalization have 0.4 to 0.8 points. CNN + MP + DO +
BN + DA has 2.1 points at a constant learning rate, and 0.3 points with a cosine schedule. With fewer than
about 1,000 validation images, the images that change sides between two epochs can cause it alone; the result
depends on the epoch then too.
"""

GUESSING = 0.99
"""Cross-entropy on clean images divided by log(classes), that of guessing, from which a network guesses."""

FEWEST_EPOCHS = 6
"""Epochs below which a complete run is too short.

The noise is estimated from five epochs. The first epoch would be taken for noise, because the accuracy
rises most there. A network with batch normalization may also stay at chance for three epochs of few steps.
"""

FEWEST_SAMPLES, FEWEST_EPOCHS_OF_SAMPLES = 8, 0.5
"""Samples and epochs below which the live page has just started.

Its samples are moving means already, several for each epoch, so that fewer epochs are enough than for a run.
"""

EPOCHS_TO_LEAVE_CHANCE, STEPS_TO_LEAVE_CHANCE = 3, 100
"""Epochs and steps below which the live page does not call a network at chance.

A network without pooling may stay near chance for two epochs before it learns.
"""

LARGEST_WINDOW = 5
"""Most measurements in a moving mean, which reduces the noise of one epoch by √5."""
