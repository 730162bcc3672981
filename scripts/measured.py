"""Runs contestants of a benchmark and summarizes their results."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reglab.runs.environment import Environment

_FOLDER = Path(__file__).parent / "contestants"
# These override the user's settings: the table reports TensorFlow on the processor.
ON_CPU: Mapping[str, str] = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
Figures = dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """The results of one run of a contestant.

    Attributes:
        figures: Measured values by name.
        environment: Versions and hardware; None if the contestant does not report them.
    """

    figures: Figures
    environment: Environment | None


@dataclass(frozen=True)
class Contestant:
    """A program to compare: its name, and its script with the arguments."""

    name: str
    command: tuple[str, ...]

    def run(self, **variables: str) -> Outcome:
        """Run the contestant once in a separate process; its stderr goes to the terminal.

        Args:
            variables: Environment variables to add to those of this process.

        Raises:
            subprocess.CalledProcessError: If the contestant fails.
        """
        script, *arguments = self.command
        begin = time.time()
        line = subprocess.run(
            [sys.executable, str(_FOLDER / script), *arguments],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables},
        ).stdout.splitlines()[-1]
        reported = json.loads(line)
        figures: Figures = reported["figures"]
        if "first_step_at" in figures:
            figures["seconds_to_first_step"] = figures.pop("first_step_at") - begin
        environment = reported["environment"]
        return Outcome(
            figures, None if environment is None else Environment.model_validate_json(json.dumps(environment))
        )


@dataclass(frozen=True)
class Ratio:
    """The ratio of two speeds, one value per round."""

    values: tuple[float, ...]

    def __str__(self) -> str:
        """Median, minimum and maximum, such as `2.11 [2.05, 2.14]`."""
        return f"{self.median:.2f} [{min(self.values):.2f}, {max(self.values):.2f}]"

    @property
    def median(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.values)


@dataclass
class Measurement:
    """A series of rounds; each round runs every contestant once.

    Attributes:
        rounds: Figures by contestant name, for each round.
    """

    rounds: list[dict[str, Figures]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the contestants, in the order of the first round."""
        return tuple(self.rounds[0])

    def begin_round(self) -> None:
        """Start a new round."""
        self.rounds.append({})

    def run(self, contestant: Contestant) -> Figures:
        """Run a contestant on the processor and record its figures in the current round."""
        self.rounds[-1][contestant.name] = contestant.run(**ON_CPU).figures
        return self.rounds[-1][contestant.name]

    def find_median(self, name: str, figure: str) -> float:
        """Return the median of a contestant's figure over the rounds."""
        return statistics.median(figures[name][figure] for figures in self.rounds)

    def divide(self, name: str, other: str) -> Ratio:
        """Divide the speed of one contestant by that of another within each round."""
        return Ratio(
            tuple(
                figures[name]["images_per_second"] / figures[other]["images_per_second"]
                for figures in self.rounds
            )
        )

    def describe_speed(self, name: str) -> str:
        """Format the median, minimum and maximum of images per second."""
        speeds = [figures[name]["images_per_second"] for figures in self.rounds]
        return f"{statistics.median(speeds):,.0f} [{min(speeds):,.0f}, {max(speeds):,.0f}]"
