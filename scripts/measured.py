"""What a sitting of a benchmark measures, and what can be said of it."""

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
# Whatever the user's own settings are: the table says TensorFlow, and the processor's name.
ON_CPU: Mapping[str, str] = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
Figures = dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """What a contestant reports.

    Attributes:
        figures: by name.
        environment: what it was computed with; None where it does not say.
    """

    figures: Figures
    environment: Environment | None


@dataclass(frozen=True)
class Contestant:
    """One of those that are compared: its name, and the command that runs it."""

    name: str
    command: tuple[str, ...]

    def run(self, **variables: str) -> Outcome:
        """Runs it once, in a process of its own. Its own errors go to the terminal.

        Args:
            variables: of the environment, besides this process's own.
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
        said = json.loads(line)
        figures: Figures = said["figures"]
        if "first_step_at" in figures:
            figures["seconds_to_first_step"] = figures.pop("first_step_at") - begin
        environment = said["environment"]
        return Outcome(figures, None if environment is None else Environment.model_validate(environment))


@dataclass(frozen=True)
class Ratio:
    """One speed over another, a value a round."""

    values: tuple[float, ...]

    def __str__(self) -> str:
        """Median, least and largest: `2.11 [2.05, 2.14]`."""
        return f"{self.median:.2f} [{min(self.values):.2f}, {max(self.values):.2f}]"

    @property
    def median(self) -> float:
        """Over the rounds."""
        return statistics.median(self.values)


@dataclass
class Sitting:
    """Rounds, in each of which every contestant runs once.

    Attributes:
        rounds: figures by contestant.
    """

    rounds: list[dict[str, Figures]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the contestants, in the order in which the first round ran them."""
        return tuple(self.rounds[0])

    def begin_round(self) -> None:
        """What runs from now on is of a new round."""
        self.rounds.append({})

    def run(self, contestant: Contestant) -> Figures:
        """Runs a contestant and keeps what it reports."""
        self.rounds[-1][contestant.name] = contestant.run(**ON_CPU).figures
        return self.rounds[-1][contestant.name]

    def find_median(self, name: str, figure: str) -> float:
        """Of a figure of a contestant, over the rounds."""
        return statistics.median(figures[name][figure] for figures in self.rounds)

    def divide(self, name: str, other: str) -> Ratio:
        """The speed of one contestant over that of another in the same round."""
        return Ratio(
            tuple(
                figures[name]["images_per_second"] / figures[other]["images_per_second"]
                for figures in self.rounds
            )
        )

    def describe_speed(self, name: str) -> str:
        """Median, least and largest images a second."""
        speeds = [figures[name]["images_per_second"] for figures in self.rounds]
        return f"{statistics.median(speeds):,.0f} [{min(speeds):,.0f}, {max(speeds):,.0f}]"
