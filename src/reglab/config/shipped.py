"""The configs that come with reglab."""

from pathlib import Path

from reglab.errors import RunError

_PACKAGE = Path(__file__).parents[1]


def shipped_directory() -> Path:
    """Where they are: inside an installed package, or at the top of a checkout."""
    installed = _PACKAGE / "shipped_configs"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "configs"


def copy_shipped(directory: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Copies them, never over a file that stands.

    Args:
        directory: where to; it is made if need be.

    Returns:
        The files that were written, and those that were there already.

    Raises:
        RunError: the system refused.
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
    """Whether the file was copied, which it is whole or not at all; not if the target stands."""
    content = file.read_bytes()
    try:
        copy = target.open("xb")
    except FileExistsError:
        return False
    try:
        with copy:
            copy.write(content)
    except OSError:
        # Half a file would be taken for the user's own the next time.
        target.unlink()
        raise
    return True
