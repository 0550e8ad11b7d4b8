"""The Ray cluster: the connection to it, and the resources of its nodes."""

import os
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from modelzoo.base.install import install_command
from modelzoo.base.text import byte_size, plural, reason
from modelzoo.errors import ZooError, first_line

# A cluster of this process alone, and the one that runs on this machine or that RAY_ADDRESS names.
LOCAL, AUTO = "local", "auto"

_ADVICE = "start one with `ray start --head`, join this machine to it, or use local"

_CONNECT_S = 5.0


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Yield the module `ray`, connected to the cluster; a program that is connected already stays so."""
    # A cluster on this machine reports nothing to Ray's makers. Latency is measured at the priority of other commands.
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")
    if address == AUTO:
        address = os.environ.get("RAY_ADDRESS") or AUTO
    require_ray(address)
    ray = import_module("ray")
    if ray.is_initialized():
        yield ray
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, include_dashboard=False, log_to_driver=False, logging_level="error")
    except Exception as error:  # a plain one if Ray's processes do not start in half a minute
        if address == LOCAL:
            advice = "repeat the command when this machine has less to do, or use `workers`"
            raise ZooError(f"Ray did not start on this machine: {first_line(error)}; {advice}") from None
        cause = "none runs here, and RAY_ADDRESS is not set" if address == AUTO else first_line(error)
        raise ZooError(f"no Ray cluster at {address}: {cause}; {_ADVICE}") from None
    finally:
        with suppress(ValueError):  # not the main thread, where Ray leaves the handler alone too
            signal.signal(signal.SIGTERM, handler)
    try:
        yield ray
    finally:
        ray.shutdown()


def require_ray(address: str) -> None:
    """Raise a ZooError where Ray is not installed, or nothing listens at HOST:PORT."""
    if find_spec("ray") is None:
        raise ZooError(f"`ray` needs Ray; {install_command('ray')}")
    _require_reachable(address)


def _require_reachable(address: str) -> None:
    """Raise a ZooError where nothing listens at HOST:PORT: Ray itself tries for two minutes, then exits."""
    if address in (LOCAL, AUTO):
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ZooError(f"`ray` is {address!r}; expected {LOCAL}, {AUTO} or HOST:PORT")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise ZooError(f"no Ray cluster at {address}: {reason(error)}; {_ADVICE}") from None


def on_this_node(ray: Any, actor: Any) -> Any:
    """Return the actor class, to be placed on the node of this program, where it takes no CPU."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return actor.options(num_cpus=0, scheduling_strategy=here)


def resources_of_run(nodes: Sequence[Mapping[str, float]], memory: int) -> Mapping[str, int]:
    """Return the resources of a run: a GPU with its share of CPUs, else all CPUs of the smallest node.

    Parameters
    ----------
    nodes : resources of each node, by Ray's names
    memory : of a run, in bytes

    Raises
    ------
    ZooError
        If no node has them.
    """
    gpus = int(any(node.get("GPU", 0) >= 1 for node in nodes))
    able = [node for node in nodes if node.get("GPU", 0) >= gpus and node.get("CPU", 0) >= 1]
    cpus = min((int(node["CPU"] // max(1, node.get("GPU", 0))) for node in able), default=1)
    able = [node for node in able if node.get("memory", 0) >= memory]
    resources = {"num_gpus": gpus, "num_cpus": max(1, cpus), "memory": memory}
    if not able:
        most = max((node.get("memory", 0) for node in nodes), default=0)
        raise ZooError(
            f"no node of the Ray cluster has {in_words(resources)}; of {plural(len(nodes), 'node')} the largest has "
            f"{byte_size(most)}: add a node, or start one with `ray start --memory`"
        )
    return resources


def in_words(resources: Mapping[str, int]) -> str:
    """Return the resources of a run in words."""
    gpus, cpus, memory = (resources[name] for name in ("num_gpus", "num_cpus", "memory"))
    return f"{plural(gpus, 'GPU') + ', ' if gpus else ''}{plural(cpus, 'CPU')} and {byte_size(memory)} of memory"
