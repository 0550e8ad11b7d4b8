"""The chart of measured latency: a line for each network by batch size."""

from typing import TYPE_CHECKING

from modelzoo.benchmarking.untrained_table import conditions_of, runtime_of
from modelzoo.errors import ZooError
from modelzoo.timing.latency_chart import TimedNetwork
from modelzoo.timing.latency_chart import figure as figure_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.benchmarking.speeds import Speeds


def figure(speeds: "Speeds") -> "Figure":
    """Return the latency of the networks; names have the runtime where files were measured.

    Raises
    ------
    ZooError
        If no network has a latency.
    """
    runtimes = any(network.runtime for network in speeds.networks)
    networks = [
        TimedNetwork(
            f"{network.name}, {runtime_of(network)}" if runtimes else network.name,
            network.latency,
            network.flops,
            speeds.conditions.peak_flops_per_s,
        )
        for network in speeds.networks
        if network.latency
    ]
    if not networks:
        raise ZooError("no network has a latency, so there is none to draw; try the batch size 1")
    title = networks[0].name if len(networks) == 1 else f"{len(networks)} networks"
    return figure_of(networks, title, conditions_of(speeds))
