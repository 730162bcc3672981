"""The configs that are installed with reglab."""

from pathlib import Path

from reglab.errors import RunError

_PACKAGE = Path(__file__).parents[1]


def shipped_directory() -> Path:
    """Their folder: in the installed package, or at the top of a checkout."""
    installed = _PACKAGE / "shipped_configs"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "configs"


def copy_shipped(directory: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Copies the configs; existing files are kept.

    Args:
        directory: target folder, which is created if it does not exist.

    Returns:
        The files that were written, and those that existed.

    Raises:
        RunError: a file cannot be written.
    """
    source = shipped_directory()
    copied: list[Path] = []
    kept: list[Path] = []
    try:
        for file in sorted(source.rglob("*.yaml")):
            target = directory / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            (copied if _copy(file, target) else kept).append(target)
    except OSError as error:
        raise RunError(f"cannot write to {directory}: {error.strerror}") from error
    return tuple(copied), tuple(kept)


def _copy(file: Path, target: Path) -> bool:
    """Copies a file; returns False if the target exists."""
    content = file.read_bytes()
    try:
        copy = target.open("xb")
    except FileExistsError:
        return False
    try:
        with copy:
            copy.write(content)
    except OSError:
        # Otherwise the next call would keep the incomplete file as an existing one.
        target.unlink()
        raise
    return True
