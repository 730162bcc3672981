"""Names and titles of a comparison are unique."""

from pathlib import Path

from reglab.analysis.labels import distinguish_names, distinguish_titles, join_titles


def test_different_names_stay() -> None:
    """Unique names are not changed."""
    assert distinguish_names(["mp", "bn"], [Path("/r/mp"), Path("/r/bn")]) == ("mp", "bn")
    assert distinguish_titles(["A", "B"], ["mp", "bn"]) == ("A", "B")


def test_same_names_get_their_folders() -> None:
    """The shortest end of the path that distinguishes them."""
    folders = [Path("/home/a/mp"), Path("/home/b/mp"), Path("/home/b/bn")]
    assert distinguish_names(["mp", "mp", "bn"], folders) == ("a/mp", "b/mp", "bn")
    deep = [Path("/x/results/mp"), Path("/y/results/mp")]
    assert distinguish_names(["mp", "mp"], deep) == ("x/results/mp", "y/results/mp")


def test_same_titles_get_their_names() -> None:
    """An experiment that was run again under another name keeps its title, and the name is added."""
    titles = distinguish_titles(["CNN", "CNN", "CNN + MP"], ["cnn", "slow", "mp"])
    assert titles == ("CNN (cnn)", "CNN (slow)", "CNN + MP")


def test_titles_in_a_sentence() -> None:
    """Four are all named, of more only the first."""
    assert join_titles(["CNN"]) == "CNN"
    assert join_titles(["CNN", "MP", "BN", "DO"]) == "CNN and MP and BN and DO"
    assert join_titles(["CNN", "MP", "BN", "DO", "DA"]) == "CNN and 4 more"
