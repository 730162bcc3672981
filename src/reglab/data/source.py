"""A source: the description of one data set, and the places where it is searched."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reglab.data.dataset import Dataset, Images, Labels
from reglab.data.download import Remote
from reglab.data.places import DATA_DIRECTORY, cache_directory, data_directory, keras_directory
from reglab.errors import DataError


@dataclass(frozen=True, eq=False)
class Contents:
    """Images and labels as they were read from files.

    Attributes:
        images: (n, h, w, c) uint8: training images, test images, images of val/.
        labels: (n,) int32.
        train_count: number of training images.
        note: an addition to the title, such as `JPEG copy`; empty for original images.
        val_count: number of images of val/.
    """

    images: Images
    labels: Labels
    train_count: int
    note: str = ""
    val_count: int = 0


@dataclass(frozen=True)
class Found:
    """A data set that was found but is not read yet.

    Attributes:
        path: its folder, or its archive.
        form: description of its format for the user.
        read: reads it. The argument is the side in pixels to which a `folder` is resized; None: the
            default. Raises DataError if files are missing, truncated or not of this format.
        classes: class names, if the folder defines them; otherwise empty.
        title: name in figures, if the folder defines it; otherwise empty.
    """

    path: Path
    form: str
    read: Callable[[int | None], Contents]
    classes: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Place:
    """One place where a data set is searched.

    Attributes:
        name: `data directory`, `REGLAB_DATA_DIR`, `reglab's cache` or `Keras's downloads`.
        directory: its path.
        find: searches the directory; raises DataError if the data set is there more than once.
        named: whether the user named the directory.
    """

    name: str
    directory: Path
    find: Callable[[], Found | None]
    named: bool = False

    def search(self) -> Found | None:
        """Finds the data set here; a cache that cannot be read has none.

        Raises:
            DataError: the data set is here more than once, or a directory that the user named cannot be read.
        """
        try:
            return self.find()
        except OSError as error:
            if not self.named:
                return None
            path = error.filename or self.directory
            raise DataError(f"cannot read {path}: {error.strerror or error}") from error


@dataclass(frozen=True)
class Source:
    """One data set.

    Attributes:
        name: its key in an experiment.
        title: name in figures.
        files: description of its files for the user.
        find: finds it in one directory; raises DataError if it is there more than once. Not used for a
            data set that is drawn.
        classes: class names, in label order; empty if the folder defines them.
        counts: numbers of training and test images of the complete data set; None if it has no fixed size.
        folders: possible names of its folder in a directory that has several data sets.
        remotes: the files to download; if empty, only the user's data directory is searched.
        find_downloaded: finds what Keras downloaded; the argument is `trust` of `Remote.is_complete`.
            None: `find` searches the folder of the remotes.
        draw: draws a data set that has no files, which is not searched; otherwise None.
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
        """The places to search, in order. The order is defined only here.

        Args:
            directory: value of `--data-dir`; may begin with `~`. If given, it is the only place.
            trust: whether to skip the hashes of downloaded files (`Remote.is_complete`).

        Raises:
            DataError: the data directory does not exist.
        """
        named = data_directory(directory)
        places = []
        if named is not None:
            name = DATA_DIRECTORY if directory is None else "data directory"
            places.append(Place(name, named, partial(self.find_in, named), named=True))
        if directory is None and self.remotes:
            cache, keras = cache_directory(), keras_directory()
            places.append(Place("reglab's cache", cache, partial(self.find_in, cache)))
            places.append(Place("Keras's downloads", keras, partial(self.find_in_keras, trust)))
        return tuple(places)

    def search(self, directory: Path | None, trust: bool = False) -> Found | None:
        """Finds the data set in the first place that has it; None if no place has it.

        Args:
            directory: as in `places`.
            trust: as in `places`.

        Raises:
            DataError: the data directory does not exist or cannot be read, or a place has the data set more
                than once.
        """
        return next((found for place in self.places(directory, trust) if (found := place.search())), None)

    def find_in(self, directory: Path) -> Found | None:
        """Finds the data set in its own folder within a directory, or in the directory itself."""
        for folder in (*(directory / name for name in self.folders), directory):
            if found := self.find(folder):
                return found
        return None

    def find_in_keras(self, trust: bool = False) -> Found | None:
        """Finds the data set in Keras's downloads, if they are complete."""
        if self.find_downloaded:
            return self.find_downloaded(trust)
        if all(remote.is_complete(trust) for remote in self.remotes):
            return self.find(self.remotes[0].path.parent)
        return None

    def build(self, contents: Contents, source: str, found: Found | None = None) -> Dataset:
        """Builds the data set from its contents; the title mentions a copy or an incomplete data set."""
        title = (found and found.title) or self.title
        test_count = len(contents.labels) - contents.train_count - contents.val_count
        counts = contents.train_count, test_count
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
            val_count=contents.val_count,
        )
