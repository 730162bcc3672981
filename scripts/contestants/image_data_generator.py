"""Trains MP + DO + BN + DA in float32 with Keras's `ImageDataGenerator`, as in the original lecture.

python image_data_generator.py DIRECTORY COUNT
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from report import load_training_images, report


def build_model() -> keras.Model:
    """Build the network of the lecture."""
    x = images = keras.Input((32, 32, 3))
    for filters in (32, 64, 128):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same")(x)
            x = layers.Activation("relu")(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x))
    x = layers.Dropout(0.3)(layers.Dense(64, activation="relu")(x))
    model = keras.Model(images, layers.Dense(10, activation="softmax")(x))
    model.compile(loss="categorical_crossentropy", optimizer="adamw", metrics=["accuracy"])
    return model


def main() -> None:
    """Train and report the speed."""
    images, labels = load_training_images(Path(sys.argv[1]), int(sys.argv[2]))
    x, y = images.astype(np.float32) / 255, np.eye(10, dtype=np.float32)[labels]
    generator = ImageDataGenerator(
        rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.1, horizontal_flip=True
    )
    model = build_model()
    model.fit(generator.flow(x[:2000], y[:2000], batch_size=200), verbose=0)
    start = time.perf_counter()
    model.fit(generator.flow(x, y, batch_size=200), verbose=0)
    report(len(x) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
