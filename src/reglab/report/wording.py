"""Data and seeds of a comparison in words, the same in tables and figures."""

from collections.abc import Sequence

from reglab.analysis.comparison import Comparison


def format_seeds(seeds: Sequence[int]) -> str:
    """Writes seeds as `0`, `0–2` or `0, 3, 7`."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds)


def describe_data(comparison: Comparison) -> str:
    """Data set and validation images: `CIFAR-10 (JPEG copy); validation: test set (10,000 images)`."""
    summaries = [run.summary for result in comparison.experiments for run in result.runs]
    datasets = dict.fromkeys(summary.dataset for summary in summaries)
    validations = dict.fromkeys(
        f"{summary.validation} ({summary.validation_images:,} images)" for summary in summaries
    )
    return f"{' / '.join(datasets)}; validation: {' / '.join(validations)}"


def describe_seeds(comparison: Comparison) -> str:
    """Number of seeds: `3 seeds each`, `1 to 3 seeds` or `one seed each: no spread is known`."""
    numbers = [len(result.runs) for result in comparison.experiments]
    if max(numbers) == 1:
        return "one seed each: no spread is known"
    if min(numbers) == max(numbers):
        return f"{numbers[0]} seeds each"
    return f"{min(numbers)} to {max(numbers)} seeds"


def shorten(text: str, length: int) -> str:
    """Shortens text to `length` characters by omitting the middle, because endings distinguish variants."""
    if len(text) <= length:
        return text
    end = length // 3
    return f"{text[: length - end - 1].rstrip()}…{text[-end:].lstrip()}"
