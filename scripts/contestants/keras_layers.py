"""Trains MP + DO + BN + DA in float32 with Keras's preprocessing layers and `fit`.

python keras_layers.py DIRECTORY COUNT
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras import layers
from report import load_training_images, report


def build_model() -> keras.Model:
    """Build the network of the lecture with augmentation layers."""
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255)])
    model.add(layers.RandomRotation(15 / 360, fill_mode="nearest"))
    model.add(layers.RandomTranslation(0.1, 0.1, fill_mode="nearest"))
    model.add(layers.RandomZoom(0.1, 0.1, fill_mode="nearest"))
    model.add(layers.RandomFlip("horizontal"))
    for filters in (32, 64, 128):
        for _ in range(2):
            model.add(layers.Conv2D(filters, 3, padding="same"))
            model.add(layers.BatchNormalization())
            model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalMaxPooling2D())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adamw", metrics=["accuracy"])
    return model


def main() -> None:
    """Train and report the speed."""
    images, labels = load_training_images(Path(sys.argv[1]), int(sys.argv[2]))
    model = build_model()
    model.fit(images[:2000], labels[:2000], batch_size=200, verbose=0)
    start = time.perf_counter()
    model.fit(images, labels, batch_size=200, verbose=0)
    report(len(images) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
