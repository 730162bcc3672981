"""A source: all that reglab has to know about one data set, and the places that are searched for it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reglab.data.dataset import Dataset, Images, Labels
from reglab.data.download import Remote
from reglab.data.places import (
    DATA_DIRECTORY,
    cache_directory,
    data_directory,
    keras_directory,
)


@dataclass(frozen=True, eq=False)
class Contents:
    """Images and labels as a file format gives them.

    Attributes:
        images: (n, h, w, c) uint8, training images first.
        labels: (n,) int32.
        train_count: number of training images.
        note: what the title has to mention, such as `JPEG copy`; empty for original images.
    """

    images: Images
    labels: Labels
    train_count: int
    note: str = ""


@dataclass(frozen=True)
class Found:
    """A data set that was found, but not read yet.

    Attributes:
        path: its folder, or its archive.
        form: description of its format for the user.
        read: reads it; the argument is the side in pixels to which a `folder` is resized, None for the
            default. Raises DataError if files are missing, truncated or not of this format.
        classes: class names, if the folder defines them.
        title: name in figures, if the folder defines it.
    """

    path: Path
    form: str
    read: Callable[[int | None], Contents]
    classes: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Place:
    """One place that is searched for a data set.

    Attributes:
        name: `data directory`, `REGLAB_DATA_DIR`, `reglab's cache` or `Keras's downloads`.
        directory: its path.
        find: searches it; raises DataError if the data set is there more than once.
    """

    name: str
    directory: Path
    find: Callable[[], Found | None]


@dataclass(frozen=True)
class Source:
    """One data set.

    Attributes:
        name: its key in an experiment.
        title: name in figures.
        files: its files, for the user.
        find: finds it in one directory; raises DataError if it is there more than once. Not used for a
            data set that is drawn.
        classes: class names, in label order; empty if the folder defines them.
        counts: number of training and of test images of the complete set; None if any number is complete.
        folders: names of its own folder within a directory that holds several data sets.
        remotes: the files to download; without any, only the user's data directory is searched.
        find_downloaded: finds what Keras downloaded; the argument is whether to trust a file without
            its hash. None: the remotes' folder is searched with `find`.
        draw: creates the images of a data set that has no files; nothing is searched then.
    """

    name: str
    title: str
    files: str
    find: Callable[[Path], Found | None] = lambda directory: None
    classes: tuple[str, ...] = ()
    counts: tuple[int, int] | None = None
    folders: tuple[str, ...] = ()
    remotes: tuple[Remote, ...] = ()
    find_downloaded: Callable[[bool], Found | None] | None = None
    draw: Callable[[], Contents] | None = None

    def places(self, directory: Path | None, trust: bool = False) -> tuple[Place, ...]:
        """The places to search, in order: this is the only definition of that order.

        Args:
            directory: value of `--data-dir`, `~` for the home; if given, it is the only place.
            trust: whether a downloaded file counts without its hash (`Remote.is_complete`).

        Raises:
            DataError: the data directory does not exist.
        """
        named = data_directory(directory)
        places = []
        if named is not None:
            name = DATA_DIRECTORY if directory is None else "data directory"
            places.append(Place(name, named, partial(self.find_in, named)))
        if directory is None and self.remotes:
            cache, keras = cache_directory(), keras_directory()
            places.append(Place("reglab's cache", cache, partial(self.find_in, cache)))
            places.append(Place("Keras's downloads", keras, partial(self.find_in_keras, trust)))
        return tuple(places)

    def search(self, directory: Path | None, trust: bool = False) -> Found | None:
        """The data set in the first place that has it; arguments and errors as in `places`."""
        return next((found for place in self.places(directory, trust) if (found := place.find())), None)

    def find_in(self, directory: Path) -> Found | None:
        """Finds the data set in its own folder within a directory, or in the directory itself."""
        for folder in (*(directory / name for name in self.folders), directory):
            if found := self.find(folder):
                return found
        return None

    def find_in_keras(self, trust: bool = False) -> Found | None:
        """Finds the data set among Keras's downloads, if they are complete."""
        if self.find_downloaded:
            return self.find_downloaded(trust)
        if all(remote.is_complete(trust) for remote in self.remotes):
            return self.find(self.remotes[0].path.parent)
        return None

    def build(self, contents: Contents, source: str, found: Found | None = None) -> Dataset:
        """The data set from its contents; the title mentions a copy and an incomplete set."""
        title = (found and found.title) or self.title
        counts = contents.train_count, len(contents.labels) - contents.train_count
        notes = [contents.note] * bool(contents.note)
        if self.counts not in (None, counts):
            notes.append(f"only {counts[0]:,} + {counts[1]:,} images")
        return Dataset(
            name=self.name,
            title=f"{title} ({', '.join(notes)})" if notes else title,
            classes=(found and found.classes) or self.classes,
            images=contents.images,
            labels=contents.labels,
            train_count=contents.train_count,
            source=source,
        )
