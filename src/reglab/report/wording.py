"""Numbers and circumstances in words, the same in tables and in figures."""

from collections.abc import Iterable, Sequence

from reglab.analysis.comparison import Comparison
from reglab.analysis.spread import Difference, Spread


def format_percent(spread: Spread) -> str:
    """A fraction as `71.3 %`, with its standard deviation where there is one: `71.3 ± 0.4 %`."""
    return f"{_with_deviation(spread, 100, 1)} %"


def format_points(spread: Spread) -> str:
    """A difference of fractions as `24.1` or `24.1 ± 0.6`, percentage points."""
    return _with_deviation(spread, 100, 1)


def format_nats(spread: Spread) -> str:
    """A cross-entropy as `0.874` or `0.874 ± 0.012`."""
    return _with_deviation(spread, 1, 3)


def format_difference(difference: Difference | None) -> str:
    """A paired difference in points, `+2.4 [+1.1, +3.7]`; a dash where there is none."""
    if difference is None:
        return "–"
    mean = f"{100 * difference.mean:+.1f}"
    if difference.interval is None:
        return mean
    low, high = difference.interval
    return f"{mean} [{100 * low:+.1f}, {100 * high:+.1f}]"


def format_seeds(seeds: Sequence[int]) -> str:
    """Seeds as `0`, `0–2` or `0, 3, 7`."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds)


def format_range(numbers: Sequence[int]) -> str:
    """Whole numbers as `40`, or `23–40` where they differ."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}–{high}"


def describe_data(comparison: Comparison) -> str:
    """What the accuracies are of: `CIFAR-10 (JPEG copy); validation: test set (10,000 images)`."""
    summaries = [run.summary for result in comparison.experiments for run in result.runs]
    datasets = _each_once(summary.dataset for summary in summaries)
    validations = _each_once(
        f"{summary.validation} ({summary.validation_images:,} images)" for summary in summaries
    )
    return f"{' / '.join(datasets)}; validation: {' / '.join(validations)}"


def describe_seeds(comparison: Comparison) -> str:
    """How often each was run: `3 seeds each`, `1 to 3 seeds`, `one seed each: no spread is known`."""
    numbers = [len(result.runs) for result in comparison.experiments]
    if max(numbers) == 1:
        return "one seed each: no spread is known"
    if min(numbers) == max(numbers):
        return f"{numbers[0]} seeds each"
    return f"{min(numbers)} to {max(numbers)} seeds"


def shorten(text: str, length: int) -> str:
    """At most `length` characters, the middle left out: endings tell variants apart."""
    if len(text) <= length:
        return text
    end = length // 3
    return f"{text[: length - end - 1].rstrip()}…{text[-end:].lstrip()}"


def _with_deviation(spread: Spread, factor: float, digits: int) -> str:
    mean = f"{factor * spread.mean:.{digits}f}"
    if spread.deviation is None:
        return mean
    return f"{mean} ± {factor * spread.deviation:.{digits}f}"


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
