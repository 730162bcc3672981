"""What the machines of a cluster have, and its address."""

import re
import socket

import pytest

from reglab.errors import ReglabError, RunError
from reglab.study.engines.cluster import Node, check_address, combine_resources
from reglab.study.resources import SMALL, Resources

DESK, SERVER = Node("1", "desk", 2, 0), Node("2", "server", 16, 0)
CARD, CARDS = Node("3", "card", 4, 1), Node("4", "cards", 32, 4)


def test_machines_without_gpus() -> None:
    """Each run has the threads of the machine with the fewest cores."""
    resources = combine_resources([DESK, SERVER], set(), None)
    assert resources == Resources(18, 0, None, Resources(2))
    assert [resources.choose_threads(size) for size in (SMALL, SMALL + 1)] == [1, 2]


def test_jobs_do_not_change_the_threads() -> None:
    """They limit the runs at a time."""
    resources = combine_resources([SERVER, SERVER], set(), 2)
    assert (resources.jobs, resources.choose_threads(SMALL + 1)) == (2, 4)


def test_machines_with_gpus() -> None:
    """All runs are trained there; the cores are shared by the GPUs."""
    resources = combine_resources([DESK, CARD, CARDS], {"3", "4"}, None)
    assert resources == Resources(36, 5, None, Resources(4, 4))
    assert resources.choose_threads(SMALL) == 1


def test_gpus_that_no_backend_can_use() -> None:
    """Runs are trained on the cores."""
    assert combine_resources([CARD], set(), None) == Resources(4, 0, None, Resources(4))


def test_gpus_that_some_backends_can_use() -> None:
    """Are an error, because some runs would be trained on cores."""
    message = (
        "the backend cannot use the GPUs of card, but those of other machines: start Ray there with "
        "--num-gpus=0, or install the backend with GPUs"
    )
    with pytest.raises(RunError, match=f"^{re.escape(message)}$"):
        combine_resources([CARD, CARDS], {"4"}, None)


def test_no_machines() -> None:
    """A cluster whose workers have not started yet."""
    message = "no machine of the Ray cluster has cores; start its workers first"
    with pytest.raises(RunError, match=f"^{re.escape(message)}$"):
        combine_resources([], set(), None)


@pytest.mark.parametrize("address", ["desk", ":6379", "desk:http", "ray://desk:10001"])
def test_an_address_of_another_form(address: str) -> None:
    """Is refused; a Ray client does not share the results."""
    message = (
        "--address: expected host:port of the first machine of a Ray cluster, or auto on one of its "
        f"machines, got {address}"
    )
    with pytest.raises(ReglabError, match=f"^{re.escape(message)}$"):
        check_address(address)


def test_an_address_without_a_cluster() -> None:
    """Is refused at once; Ray would try for minutes."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        message = (
            f"no Ray cluster answers at {address}: [Errno 111] Connection refused; start one there with "
            "ray start --head"
        )
        with pytest.raises(RunError, match=f"^{re.escape(message)}$"):
            check_address(address)
        bound.listen()
        check_address(address)


def test_the_cluster_of_this_machine() -> None:
    """Ray finds its address."""
    check_address("auto")
