"""The folder of one start of the page, in the results: snapshots, pictures of the user, and logs."""

import re
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reglab.errors import RunError
from reglab.files import create_folder, write_atomically

NAME = "live"
SNAPSHOT, NETWORK = ".snapshot.npz", ".network.json"
LARGEST_PICTURE = 10 * 2**20
LARGEST_SNAPSHOT = 2**28
"""Bytes of an uploaded file."""
_MOST_PICTURES = 10
"""Pictures of the user that are kept, the latest ones: a page may show one that is not the last."""
_LETTERS = re.compile(r"[\w.+-]{1,80}")


@dataclass(frozen=True)
class SavedFile:
    """A snapshot or a network of this page or of an earlier one.

    Attributes:
        path: of the file.
        label: how the page calls it; it is not a path.
    """

    path: Path
    label: str


class LiveFolder:
    """Files that the page writes. No name of a file follows from what a browser sends without a check.

    Args:
        results: folder of all results.
    """

    def __init__(self, results: Path) -> None:
        self._live = results / NAME
        start = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        self.path = self._live / f"{start}-{secrets.token_hex(2)}"
        self._pictures: deque[Path] = deque()

    def prepare(self) -> None:
        """Creates the folder; raises RunError if the system refuses."""
        create_folder(self.path)

    def choose(self, name: str, suffix: str) -> Path:
        """A path for a file of the user; raises RunError if the name is not one word."""
        stem = name.removesuffix(suffix)
        if not _LETTERS.fullmatch(stem) or stem.startswith("."):
            raise RunError(
                "expected a name of at most 80 letters, digits, '_', '.', '+' or '-', which does not begin "
                f"with a dot, got {name!r}"
            )
        return self.path / f"{stem}{suffix}"

    @property
    def pictures(self) -> Path:
        """Folder of the pictures of the user."""
        return self.path / "pictures"

    def autosave(self, network: str) -> Path:
        """The snapshot that is written every minute."""
        return self.path / f"autosave-{network}{SNAPSHOT}"

    def log(self, network: str) -> Path:
        """What the worker of a network prints."""
        return self.path / f"{network}.log"

    def list_saved(self) -> Sequence[SavedFile]:
        """All snapshots and networks, the newest first."""
        found = [path for suffix in (SNAPSHOT, NETWORK) for path in self._live.glob(f"*/*{suffix}")]
        dated: list[tuple[float, Path]] = []
        for path in found:
            try:
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    dated.append((path.stat().st_mtime, path))
            except OSError:
                # It was removed in between.
                continue
        return [
            SavedFile(path, f"{path.parent.name}/{path.name}")
            for _, path in sorted(dated, key=lambda pair: -pair[0])
        ]

    def keep_picture(self, content: bytes) -> Path:
        """Writes a picture of the user under a name of our own; raises RunError if it is too large."""
        if len(content) > LARGEST_PICTURE:
            raise RunError(f"expected a picture of at most 10 MB, got {len(content) / 2**20:.1f} MB")
        if not content:
            raise RunError("expected a picture, got an empty file")
        create_folder(self.pictures)
        path = self.pictures / secrets.token_hex(8)
        write_atomically(path, content)
        self._pictures.append(path)
        if len(self._pictures) > _MOST_PICTURES:
            self._pictures.popleft().unlink(missing_ok=True)
        return path

    def keep_upload(self, content: bytes) -> Path:
        """Writes an uploaded snapshot or network; its form follows from its first bytes.

        Raises:
            RunError: it is too large, or neither an archive nor JSON.
        """
        if len(content) > LARGEST_SNAPSHOT:
            raise RunError(f"expected a file of at most {LARGEST_SNAPSHOT // 2**20} MB, got a larger one")
        if content.startswith(b"PK"):
            suffix = SNAPSHOT
        elif content.lstrip()[:1] == b"{":
            suffix = NETWORK
        else:
            raise RunError(
                "expected a snapshot (.snapshot.npz) or a network (.network.json), got another kind of file"
            )
        path = self.path / f"uploaded-{secrets.token_hex(4)}{suffix}"
        write_atomically(path, content)
        return path
