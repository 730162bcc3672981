"""The sections of a study's YAML file."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from reglab.config.base import Count, Frozen, Line, Name, Text
from reglab.config.conflict import CONFLICT, Conflict

MOST_SEEDS = 1_000
OWN_KEYS = ("name", "title", "training.seed")
"""Keys of an experiment that follow from the study."""
Design = Literal["ladder", "add_one_in", "leave_one_out", "full", "fractional"]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


def _check_seeds(value: int | tuple[int, ...]) -> int | tuple[int, ...]:
    number = value if isinstance(value, int) else len(value)
    if not 1 <= number <= MOST_SEEDS:
        raise PydanticCustomError(CONFLICT, f"expected 1 to {MOST_SEEDS:,} seeds, got {number:,}")
    if isinstance(value, tuple) and len(set(value)) < len(value):
        raise PydanticCustomError(CONFLICT, "expected different seeds, got one of them twice")
    return value


class StudyFile(Frozen):
    """A study's file: exactly one of `experiments`, `factors` and `grid`.

    Where an experiment is expected, it is the path of its file, from the folder of the study's file, or a
    mapping with the keys of such a file, which extends `base` unless it has `extends`.
    """

    name: Name
    """Name of the folder of its runs in the results; if omitted, the name of the file."""
    title: Line = ""
    """Its name in tables; if omitted, `name`."""
    description: Text = ""
    """Its question, in one sentence."""
    base: str | dict[str, Any] | None = None
    """The experiment that the others change."""
    seeds: Annotated[Count | tuple[Seed, ...], AfterValidator(_check_seeds)] = 3
    """Number of seeds, from 0 on, or a list of seeds; each experiment is trained with each."""
    baseline: Name | None = None
    """Name of the experiment that the others are compared with; if omitted, the first one."""
    experiments: tuple[str | dict[str, Any], ...] | None = None
    """The experiments."""
    factors: dict[Name, dict[str, Any]] | None = None
    """Short name → regularizers with their parameters, which are switched on and off together."""
    design: Design | None = None
    """Which factors are on: `ladder` adds one after the other; `add_one_in` has none, and each alone;
    `leave_one_out` has all, and all but each; `full` has every combination, `fractional` half of them."""
    grid: dict[str, list[Any]] | None = None
    """Dotted key → values; every combination is an experiment."""

    def conflicts(self) -> Iterator[Conflict]:
        """Sections that exclude or require each other."""
        given = [name for name in ("experiments", "factors", "grid") if getattr(self, name) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "none"
            yield Conflict(
                given[-1] if given else "", f"expected one of experiments, factors, grid, got {got}"
            )
            return
        if not getattr(self, given[0]):
            yield Conflict(given[0], "expected at least one entry, got none")
        if self.base is None and given[0] != "experiments":
            yield Conflict(given[0], "expected a base beside it, the experiment that is changed")
        if self.factors is not None and self.design is None:
            yield Conflict("factors", "expected a design beside it, such as design: full")
        if self.factors is None and self.design is not None:
            yield Conflict("design", "it has no effect without factors")
        if self.design == "fractional" and self.factors and len(self.factors) < _FEWEST_OF_FRACTION:
            yield Conflict(
                "design",
                f"expected at least {_FEWEST_OF_FRACTION} factors for half of the combinations, "
                f"got {len(self.factors)}",
            )
        yield from self._check_factors()
        yield from self._check_grid()

    def _check_factors(self) -> Iterator[Conflict]:
        owners: dict[str, str] = {}
        for name, regularizers in (self.factors or {}).items():
            if not regularizers:
                message = "expected regularizers, such as {max_pooling: {}}, got none"
                yield Conflict(f"factors.{name}", message)
            for key in regularizers:
                if owners.setdefault(key, name) != name:
                    yield Conflict(f"factors.{name}", f"{key} is in factor {owners[key]} too; name it once")

    def _check_grid(self) -> Iterator[Conflict]:
        for key, values in (self.grid or {}).items():
            if not values:
                yield Conflict(f"grid.{key}", "expected at least one value, got none")
            if key in OWN_KEYS:
                yield Conflict(f"grid.{key}", f"{key} of each run follows from the study; remove this key")

    @model_validator(mode="after")
    def _check_conflicts(self) -> Self:
        errors: list[InitErrorDetails] = [
            {
                "type": PydanticCustomError(CONFLICT, "{message}", {"message": conflict.message}),
                "loc": tuple(filter(None, conflict.key.split(".", 1))),
                "input": None,
            }
            for conflict in self.conflicts()
        ]
        if errors:
            raise ValidationError.from_exception_data(type(self).__name__, errors)
        return self


_FEWEST_OF_FRACTION = 3
"""With two factors, half of the combinations cannot tell the main effects apart."""
