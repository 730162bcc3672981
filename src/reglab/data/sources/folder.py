"""`folder`: the user's own pictures, one folder for each class under train/ and test/, and maybe val/."""

from pathlib import Path

from reglab.data.formats.decoded_cache import read_pictures
from reglab.data.formats.pictures import (
    KINDS,
    choose_folder,
    find_picture_folders,
    list_classes,
    list_pictures,
)
from reglab.data.source import Found, Source
from reglab.errors import DataError

_DEFAULT_SIDE = 32


def _find(directory: Path) -> Found | None:
    root = choose_folder(directory, find_picture_folders(directory))
    if root is None:
        return None
    classes = list_classes(root / "train")
    if not classes:
        raise DataError(f"{root / 'train'}: expected one folder for each class, found none")
    return Found(
        path=root,
        form="pictures of 1 class" if len(classes) == 1 else f"pictures of {len(classes)} classes",
        read=lambda side: read_pictures(
            list_pictures(root, classes, with_val=True), side or _DEFAULT_SIDE, resize=True
        ),
        classes=classes,
        title=root.resolve().name or "folder",
    )


FOLDER = Source(
    name="folder",
    title="your own pictures",
    files=f"pictures ({KINDS}) in train/<class>/ and test/<class>/, and maybe val/<class>/, of the data "
    "directory",
    find=_find,
)
