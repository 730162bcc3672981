"""Where a data set is taken from, and what is said where it is nowhere."""

import hashlib
import io
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import reglab.data.catalogue
import reglab.data.download
import reglab.data.loading
from reglab.config.data import Data
from reglab.data.download import download
from reglab.data.loading import load_dataset
from reglab.data.remotes import CIFAR10, Remote
from reglab.errors import DataError


@pytest.fixture
def fake_keras(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts a function in the place of keras.utils.get_file."""

    def install(get_file: Any) -> None:
        keras, utils = ModuleType("keras"), ModuleType("keras.utils")
        keras.utils, utils.get_file = utils, get_file  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keras", keras)
        monkeypatch.setitem(sys.modules, "keras.utils", utils)

    return install


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(reglab.data.download, "getproxies", dict)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: io.BytesIO())


@pytest.mark.usefixtures("no_network")
def test_a_named_directory_must_hold_the_data(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """It is not passed over for the cache, and what lies there is told."""
    layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=True))
    directory = tmp_path / "data"
    for number in range(10):
        layouts.write_files(directory / f"folder-{number}", {})
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), directory)
    assert str(caught.value) == (
        f"{directory}: expected CIFAR-10 as cifar-10-batches-py/, cifar-10-batches-bin/, "
        "cifar-10-python.tar.gz, cifar-10-binary.tar.gz, or pictures in train/<class>/ and test/<class>/; "
        "found folder-0/, folder-1/, folder-2/, folder-3/, folder-4/, folder-5/, folder-6/, folder-7/ "
        "and 2 more"
    )


@pytest.mark.parametrize(("kind", "found"), [("none", "nothing there"), ("file", "a file")])
def test_a_named_directory_must_be_one(tmp_path: Path, kind: str, found: str) -> None:
    """Neither nothing nor a file."""
    path = tmp_path / "data"
    if kind == "file":
        path.write_text("")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), path)
    assert str(caught.value) == f"{path}: expected a directory that holds the data, found {found}"


@pytest.mark.usefixtures("no_network")
def test_the_environment_s_directory_comes_first_and_is_not_the_only_one(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copy before the cache's; the cache's where it has none; the message names all three places."""
    shared = layouts.write_files(tmp_path / "data", {})
    monkeypatch.setenv("REGLAB_DATA_DIR", str(shared))
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value).startswith(
        f"CIFAR-10 is neither in {shared} nor in {cache} nor in {tmp_path}/keras-home/datasets, and "
    )
    kept = layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(kept)
    own = layouts.write_files(shared / "cifar10", layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(own)


def test_the_environment_s_directory_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped one is not passed over for a download; drawn images need none."""
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value) == (
        f"{tmp_path}/gone: expected a directory that holds the data, found nothing there"
    )
    assert load_dataset(Data(dataset="synthetic")).name == "synthetic"


def test_a_given_directory_counts_before_the_environment_s(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is not even looked at."""
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    given = layouts.write_files(tmp_path / "given", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data(), given).source == str(given)


def test_the_home_may_be_written_as_a_tilde(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By argument and by environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own = layouts.write_files(tmp_path / "mine", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data(), Path("~/mine")).source == str(own)
    monkeypatch.setenv("REGLAB_DATA_DIR", "~/mine")
    assert load_dataset(Data()).source == str(own)


@pytest.mark.usefixtures("no_network")
def test_the_cache_comes_before_keras(cache: Path, tmp_path: Path, layouts: Any) -> None:
    """In the cache's folder of that name, or in the cache itself."""
    unpacked = tmp_path / "keras-home/datasets/cifar-10-batches-py-target/cifar-10-batches-py"
    layouts.write_files(unpacked, layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(unpacked)
    inside = layouts.write_files(cache / "cifar-10-batches-bin", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data()).source == str(inside)
    named = layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data()).source == str(named)


@pytest.mark.usefixtures("no_network")
def test_no_data_and_no_network_is_one_message(
    cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The three ways, and the one that needs none; nothing printed, nothing written, Keras not loaded."""
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value) == (
        f"CIFAR-10 is neither in {cache} nor in {tmp_path}/keras-home/datasets, and "
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz: cannot be downloaded (no route to "
        "host). Three ways to get it: put it into a directory (as "
        "cifar-10-batches-py/, cifar-10-batches-bin/, cifar-10-python.tar.gz, cifar-10-binary.tar.gz, or "
        "pictures in train/<class>/ and test/<class>/) and name that with --data-dir or REGLAB_DATA_DIR; "
        f"put it into {cache}/cifar10; or run once with network, so that Keras downloads it. "
        "data.dataset=synthetic needs no files."
    )
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "keras-home").exists()


@pytest.mark.usefixtures("network")
def test_a_download_that_breaks_off_leaves_nothing(
    tmp_path: Path, fake_keras: Callable[[Any], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a part of the file nor what Keras prints."""

    def fail(fname: str, cache_dir: str, **_: Any) -> None:
        print("Downloading data from there")
        (Path(cache_dir) / fname).write_bytes(b"a part")
        raise Exception("URL fetch failure on there: None -- timed out")

    fake_keras(fail)
    with pytest.raises(DataError) as caught:
        download(CIFAR10)
    assert str(caught.value) == (
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz: cannot be downloaded (URL fetch failure "
        "on there: None -- timed out)"
    )
    assert capfd.readouterr() == ("", "")
    assert list((tmp_path / "keras-home" / "datasets").iterdir()) == []


@pytest.mark.usefixtures("network")
def test_a_download_is_read_from_its_archive(
    tmp_path: Path, layouts: Any, fake_keras: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras is given the address and the hash; the second time nothing is downloaded."""
    archive = layouts.write_archive(
        tmp_path / "a.tar.gz", "cifar-10-batches-py", layouts.cifar10_files(pickled=True)
    )
    content = archive.read_bytes()
    asked = []

    def get_file(fname: str, origin: str, file_hash: str, cache_dir: str, cache_subdir: str) -> str:
        asked.append((fname, origin, file_hash, cache_subdir))
        path = Path(cache_dir) / fname
        path.write_bytes(content)
        return str(path)

    fake_keras(get_file)
    remote = replace(CIFAR10, sha256=hashlib.sha256(content).hexdigest())
    use_remote(monkeypatch, remote)
    for _ in range(2):
        dataset = load_dataset(Data())
        assert dataset.title == "CIFAR-10 (only 100 + 20 images)"
        assert dataset.source == str(remote.path)
    assert asked == [(remote.name, remote.origin, remote.sha256, "")]
    assert [path.name for path in remote.path.parent.iterdir()] == [remote.name]


def use_remote(monkeypatch: pytest.MonkeyPatch, remote: Remote) -> None:
    find = reglab.data.catalogue._find_downloaded_cifar
    entry = replace(
        reglab.data.catalogue.CATALOGUE[0],
        remotes=(remote,),
        find_downloaded=lambda trust: find(reglab.data.versions.CIFAR10_PYTHON, remote, trust),
    )
    monkeypatch.setattr(reglab.data.loading, "entry_named", lambda _: entry)


@pytest.mark.usefixtures("no_network")
def test_a_damaged_download_is_not_trusted(layouts: Any) -> None:
    """An archive under Keras's name whose hash is wrong counts as none."""
    CIFAR10.path.parent.mkdir(parents=True)
    layouts.write_archive(CIFAR10.path, "cifar-10-batches-py", layouts.cifar10_files(pickled=True))
    with pytest.raises(DataError, match="cannot be downloaded"):
        load_dataset(Data())


def test_keras_itself_downloads_whole_files_only(tmp_path: Path) -> None:
    """Real get_file from a file's address: the right hash is kept, the wrong one leaves nothing."""
    origin = tmp_path / "origin.bin"
    origin.write_bytes(b"content")
    good = Remote("good", origin.as_uri(), hashlib.sha256(b"content").hexdigest())
    bad = Remote("bad", origin.as_uri(), hashlib.sha256(b"other").hexdigest())
    download(good)
    assert good.path.read_bytes() == b"content"
    assert good.is_whole()
    with pytest.raises(DataError) as caught:
        download(bad)
    assert str(caught.value) == (
        f"{bad.origin}: cannot be downloaded (Incomplete or corrupted file detected. The auto file hash "
        f"does not match the provided value of {bad.sha256}.)"
    )
    assert [path.name for path in good.path.parent.iterdir()] == ["good"]


def test_the_addresses_are_those_of_keras() -> None:
    """Names, addresses and hashes stand in the installed Keras as they stand here."""
    from importlib.util import find_spec

    from reglab.data import remotes

    spec = find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "src" / "datasets"
    for remote, module in (
        (remotes.CIFAR10, "cifar10"),
        (remotes.CIFAR100, "cifar100"),
        (remotes.MNIST, "mnist"),
        *((remote, "fashion_mnist") for remote in remotes.FASHION_MNIST),
    ):
        text = (folder / f"{module}.py").read_text()
        assert remote.sha256 in text
        assert f'"{remote.name.removesuffix("_archive")}"' in text
        address, _, file_name = remote.origin.rpartition("/")
        assert f"{address}/" in text
        assert file_name in text
