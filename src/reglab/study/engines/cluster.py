"""The Ray cluster on which a study is trained: its machines, and what they have."""

import os
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from reglab import __version__
from reglab.errors import ReglabError, RunError
from reglab.files import TEMPORARY_PREFIX, create_folder, remove_file, write_atomically
from reglab.machine import count_cores, find_host
from reglab.processes.outline import outline_experiments
from reglab.study.engines.node import Origin, StopFlag, build_check
from reglab.study.resources import Resources

THIS_CLUSTER = "auto"
"""The address of the cluster that has this machine."""
_OBJECTS = 100_000_000
"""Bytes of Ray's memory for objects; reglab sends only events."""
_CONNECTION_TIMEOUT = 5.0
_ANSWER_TIMEOUT = 120.0
"""Seconds for the answer of a machine, which starts a process for it."""


@dataclass(frozen=True)
class Node:
    """A machine of a cluster.

    Attributes:
        identity: of Ray.
        host: its name.
        cores: that Ray may use.
        gpus: that Ray may use.
    """

    identity: str
    host: str
    cores: int
    gpus: int


class Cluster:
    """A Ray cluster that this process joins; a context manager.

    Args:
        address: `host:port` of its first machine, or `auto` for the cluster that has this machine; None
            starts Ray on this machine, and ends it at the end.
    """

    def __init__(self, address: str | None) -> None:
        self._address = address

    def __enter__(self) -> Self:
        """Joins the cluster.

        Raises:
            RunError: there is no such cluster, or a machine has another version of reglab.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if self._address is None:
            options |= {"num_cpus": count_cores(), "object_store_memory": _OBJECTS}
            options |= {"include_dashboard": False}
        else:
            check_address(self._address)
        try:
            ray.init(address=self._address or "local", **options)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise RunError(f"cannot join the Ray cluster: {error}") from error
        try:
            self.check()
        except BaseException:
            ray.shutdown()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leaves the cluster; Ray ends what this process has started in it."""
        ray.shutdown()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The machines that have cores for tasks now."""
        nodes = []
        for entry in ray.nodes():
            has = entry["Resources"]
            node = Node(
                entry["NodeID"], entry["NodeManagerHostname"], int(has.get("CPU", 0)), int(has.get("GPU", 0))
            )
            if entry["Alive"] and node.cores:
                nodes.append(node)
        return tuple(nodes)

    def find_resources(self, jobs: int | None) -> Resources:
        """What the runs of a study share.

        Args:
            jobs: most runs at a time; None for as many as the cores or GPUs allow.

        Raises:
            RunError: no machine has cores, or Ray has GPUs that the backend cannot use.
        """
        nodes = self.nodes
        usable = self._ask([node for node in nodes if node.gpus], _count_gpus, num_gpus=0.01)
        return combine_resources(nodes, {node.identity for node, count in usable if count}, jobs)

    def check(self, marks: Sequence[Path] = ()) -> None:
        """Checks that all machines can train runs.

        Args:
            marks: files that they must see, in folders to which they can write.

        Raises:
            RunError: with what is wrong with each machine.
        """
        answers = self._ask(self.nodes, build_check(), __version__, [str(mark) for mark in marks])
        problems = [problem for _, problem in answers if problem]
        if problems:
            raise RunError("\n".join(dict.fromkeys(problems)))

    @contextmanager
    def sharing(self, folders: Sequence[Path]) -> Iterator[Origin]:
        """Marks folders until the block ends, and checks that all machines see the marks.

        Args:
            folders: absolute paths of results.

        Yields:
            What a run has to know of this process.

        Raises:
            RunError: a machine does not see them, or cannot write there.
        """
        origin = Origin(__version__, find_host(), f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
        marks = [folder / origin.mark for folder in folders]
        try:
            for mark in marks:
                create_folder(mark.parent)
                write_atomically(mark, "")
            self.check(marks)
            yield origin
        finally:
            for mark in marks:
                remove_file(mark)

    def start_flag(self) -> Any:
        """Starts a `StopFlag` on this machine, and returns its handle."""
        place = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        return ray.remote(StopFlag).options(num_cpus=0, scheduling_strategy=place).remote()

    def _ask(
        self, nodes: Sequence[Node], function: Any, *arguments: Any, num_gpus: float = 0
    ) -> list[tuple[Node, Any]]:
        """The answer of a function on each machine."""
        answers = {}
        for node in nodes:
            place = NodeAffinitySchedulingStrategy(node.identity, soft=False)
            options = {"num_cpus": 0, "num_gpus": num_gpus, "max_retries": 0, "scheduling_strategy": place}
            answers[node] = ray.remote(function).options(**options).remote(*arguments)
        found = []
        for node, answer in answers.items():
            try:
                found.append((node, ray.get(answer, timeout=_ANSWER_TIMEOUT)))
            except RayError as error:
                raise RunError(f"{node.host} of the Ray cluster does not answer: {error}") from error
        return found


def combine_resources(nodes: Sequence[Node], with_gpu: set[str], jobs: int | None) -> Resources:
    """What the machines of a cluster have.

    Each run has the same number of threads on every machine, so that a run that is resumed on another one
    remains exact. It follows from the machine with the fewest cores. If there are GPUs that the backend can
    use, all runs are trained on them.

    Args:
        nodes: the machines.
        with_gpu: identities of those whose GPUs the backend can use.
        jobs: most runs at a time.

    Raises:
        RunError: there are no machines, or the backend can use the GPUs of some only.
    """
    if not nodes:
        raise RunError("no machine of the Ray cluster has cores; start its workers first")
    without = [node.host for node in nodes if node.gpus and node.identity not in with_gpu]
    if with_gpu and without:
        raise RunError(
            f"the backend cannot use the GPUs of {', '.join(without)}, but those of other machines: "
            "start Ray there with --num-gpus=0, or install the backend with GPUs"
        )
    used = [node for node in nodes if node.identity in with_gpu] or list(nodes)
    gpus = sum(node.gpus for node in used) if with_gpu else 0
    node = Resources(min(node.cores for node in used), max(node.gpus for node in used) if gpus else 0)
    return Resources(sum(node.cores for node in used), gpus, jobs, node)


def check_address(address: str) -> None:
    """Checks that something listens at an address, since Ray waits for minutes.

    Args:
        address: `host:port`, or `auto`.

    Raises:
        ReglabError: it has another form.
        RunError: it cannot be reached.
    """
    if address == THIS_CLUSTER:
        return
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise ReglabError(
            f"--address: expected host:port of the first machine of a Ray cluster, or {THIS_CLUSTER} on one "
            f"of its machines, got {address}"
        )
    try:
        socket.create_connection((host, int(port)), _CONNECTION_TIMEOUT).close()
    except (OSError, OverflowError) as error:
        raise RunError(
            f"no Ray cluster answers at {address}: {error}; start one there with ray start --head"
        ) from error


def _count_gpus() -> int:
    """GPUs that the backend can use, on the machine where it runs."""
    return outline_experiments((), None).gpus
