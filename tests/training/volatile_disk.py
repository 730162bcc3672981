"""What a power failure leaves of a folder: all that `fsync` was called for, and any part of the rest."""

import os
import random
import shutil
import stat
from pathlib import Path
from typing import TypeAlias, Union

Tree: TypeAlias = dict[str, Union["Tree", bytes]]


class VolatileDisk:
    """Records what `fsync` was called for, as POSIX defines it: for files without their names, and for names.

    After a power failure, each name that changed since the `fsync` of its folder is as it was then or as
    it is now. A file has the content of its last `fsync`, its current content, or a part of that.

    Args:
        chance: chooses between these states.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._files: dict[int, bytes] = {}
        self._folders: dict[int, dict[str, int]] = {}
        self._held: list[int] = []

    def fsync(self, descriptor: int, path: Path) -> None:
        """Records a file or folder by its inode number."""
        number = os.fstat(descriptor).st_ino
        # While a replaced file is open, no other file gets its inode number.
        self._held.append(os.dup(descriptor))
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._folders[number] = _list(path)
        else:
            self._files[number] = path.read_bytes()

    def lose_power(self, folder: Path) -> None:
        """Replaces the content of the folder by what a power failure may leave."""
        tree = self._recall_folder(folder.stat().st_ino, folder)
        shutil.rmtree(folder)
        _write(folder, tree)

    def _recall_folder(self, number: int, path: Path | None) -> Tree:
        before, now = self._folders.get(number, {}), _list(path)
        tree: Tree = {}
        for name in sorted({*before, *now}):
            found = self._chance.choice((before.get(name), now.get(name)))
            if found is not None:
                is_there = path is not None and now.get(name) == found
                tree[name] = self._recall(found, path / name if path and is_there else None)
        return tree

    def _recall(self, number: int, path: Path | None) -> Tree | bytes:
        if number in self._folders or (path and path.is_dir()):
            return self._recall_folder(number, path)
        before = self._files.get(number, b"")
        now = path.read_bytes() if path else before
        part = now[: self._chance.randint(min(len(before), len(now)), len(now))]
        return self._chance.choice((before, part, now))


def _list(path: Path | None) -> dict[str, int]:
    """The names in a folder and their inode numbers; empty without a folder."""
    if path is None:
        return {}
    with os.scandir(path) as entries:
        return {entry.name: entry.inode() for entry in entries}


def _write(folder: Path, tree: Tree) -> None:
    folder.mkdir()
    for name, content in tree.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            _write(folder / name, content)
