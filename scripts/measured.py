"""What a sitting of a benchmark measures, and what can be said of it."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "contestants"
# Whatever the user's own settings are: the table says TensorFlow, and the processor's name.
ON_CPU: Mapping[str, str] = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
Figures = dict[str, float]
# Seconds that a contestant has to clear up.
_PATIENCE = 60


@dataclass(frozen=True)
class Outcome:
    """What a contestant reports.

    Attributes:
        figures: by name.
        environment: what it was computed with, as in a run's `environment.json`; empty if it does not say.
    """

    figures: Figures
    environment: dict[str, Any]


class Entrant:
    """A contestant that has started: it does its work once whenever its turn comes, else it stands by."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Starts it.

        Args:
            command: script in the folder of contestants, and its arguments.
            environment: variables that it has besides this process's own.
        """
        script, *arguments = command
        self._script = script
        self._began = time.time()
        self._process = subprocess.Popen(
            [sys.executable, str(_FOLDER / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, **environment},
        )

    def take_turn(self) -> Outcome:
        """Lets it work until it reports. Its own errors go to the terminal.

        Raises:
            RuntimeError: it has ended without a report.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write("go\n")
        for line in self._process.stdout:
            # Libraries may greet there too.
            if line.startswith('{"figures"'):
                said = json.loads(line)
                figures: Figures = said["figures"]
                if "first_step_at" in figures:
                    figures["seconds_to_first_step"] = figures.pop("first_step_at") - self._began
                return Outcome(figures, said["environment"] or {})
        raise RuntimeError(f"{self._script} ended with exit status {self._process.wait()}")

    def leave(self) -> None:
        """Ends it: there are no more turns."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        with self._process:
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()


@dataclass(frozen=True)
class Contestant:
    """One of those that are compared: its name, and the command that runs it."""

    name: str
    command: tuple[str, ...]

    @contextmanager
    def enter(self, **environment: str) -> Iterator[Entrant]:
        """Starts it, and ends it afterwards.

        Args:
            environment: variables that it has besides this process's own.
        """
        entrant = Entrant(self.command, environment)
        try:
            yield entrant
        finally:
            entrant.leave()

    def run(self, **environment: str) -> Outcome:
        """Runs it for one report."""
        with self.enter(**environment) as entrant:
            return entrant.take_turn()


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
    """Rounds, in each of which every contestant has a turn.

    Attributes:
        rounds: figures by contestant.
    """

    rounds: list[dict[str, Figures]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the contestants, in the order of their turns."""
        return tuple(self.rounds[0])

    def add_round(self, entrants: Mapping[str, Entrant]) -> Mapping[str, Figures]:
        """Gives each contestant a turn, and keeps what they report."""
        self.rounds.append({name: entrant.take_turn().figures for name, entrant in entrants.items()})
        return self.rounds[-1]

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
