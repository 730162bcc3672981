"""Trains MP + BN with a tuned PyTorch loop: channels last, optional bfloat16 autocast, no augmentation.

python torch_loop.py DIRECTORY COUNT PRECISION
"""

import sys
import time
from pathlib import Path

import torch
from report import load_training_images, report
from torch import nn


def build_model() -> nn.Sequential:
    """Build the network of the lecture with max pooling and batch normalization, without dropout."""
    layers: list[nn.Module] = []
    channels = 3
    for filters in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    layers += [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def main() -> None:
    """Train and report the speed."""
    images, labels = load_training_images(Path(sys.argv[1]), int(sys.argv[2]))
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(255)
    x = x.contiguous(memory_format=torch.channels_last)
    y = torch.from_numpy(labels).long()
    model = build_model()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

    def train(count: int) -> None:
        for start in range(0, count, 200):
            chosen = slice(start, start + 200)
            with torch.autocast("cpu", torch.bfloat16, enabled=sys.argv[3] == "mixed_bfloat16"):
                loss = nn.functional.cross_entropy(model(x[chosen]), y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    train(2000)
    start = time.perf_counter()
    train(len(x))
    report(len(x) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
