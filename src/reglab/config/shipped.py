"""The configs that are installed with reglab."""

from contextlib import suppress
from pathlib import Path

from reglab.errors import RunError

_PACKAGE = Path(__file__).parents[1]
_STUDIES = "studies"


def shipped_directory() -> Path:
    """Their folder: in the installed package, or at the top of a checkout."""
    installed = _PACKAGE / "shipped_configs"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "configs"


def list_shipped_experiments() -> tuple[Path, ...]:
    """The files of the experiments, the small ones on synthetic images first, each group sorted by name."""
    folder = shipped_directory()
    files = (file for file in folder.rglob("*.yaml") if file.parent.name != _STUDIES)
    return tuple(sorted(files, key=lambda file: (file.parent == folder, file)))


def list_shipped_studies() -> tuple[Path, ...]:
    """The files of the studies, sorted by name."""
    return tuple(sorted((shipped_directory() / _STUDIES).glob("*.yaml")))


def copy_shipped(directory: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Copies the configs; existing files are kept.

    Args:
        directory: target folder, which is created if it does not exist.

    Returns:
        The files that were written, and those that existed.

    Raises:
        RunError: a file cannot be written; the message has the number of those that were.
    """
    source = shipped_directory()
    files = sorted(source.rglob("*.yaml"))
    copied: list[Path] = []
    kept: list[Path] = []
    for file in files:
        target = directory / file.relative_to(source)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (copied if _copy(file, target) else kept).append(target)
        except OSError as error:
            raise _cannot_write(target, error, len(copied), len(files)) from error
    return tuple(copied), tuple(kept)


def _copy(file: Path, target: Path) -> bool:
    """Copies a file; returns False if the target exists."""
    content = file.read_bytes()
    try:
        copy = target.open("xb")
    except FileExistsError:
        if not target.exists():
            # A link to a file that does not exist.
            raise
        return False
    try:
        with copy:
            copy.write(content)
    except BaseException:
        # Otherwise the next call would keep the incomplete file as an existing one.
        with suppress(OSError):
            target.unlink()
        raise
    return True


def _cannot_write(target: Path, error: OSError, copied: int, total: int) -> RunError:
    for place in (target, *target.parents):
        if place.is_symlink() and not place.exists():
            return RunError(
                f"cannot write {target}: {place} is a link to {place.readlink()}, which does not exist; "
                "remove the link or choose another folder"
            )
    done = f"; {copied} of {total} configs were written, the same command writes the others" if copied else ""
    return RunError(f"cannot write {target}: {error.strerror}{done}")
