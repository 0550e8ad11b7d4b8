"""`zoo latency`."""

from typing import Any

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.complete import networks, one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import Runs, as_typed, with_options
from modelzoo.cli.output import OutputOptions, warn
from modelzoo.cli.quantities import batches_of


@with_options
def latency(
    *,
    models: list[str] = typer.Argument(
        metavar="MODEL|RUN|FILE…",
        autocompletion=one_of(networks, all_runs),
        help="Models of the catalog, as in `zoo list`; variants, such as shufflenetv2-x1-0; keras:NAME, any model of "
        "Keras Applications; package.module:function, your own builder, also in this folder; ids of runs; or files "
        "that `zoo save` wrote.",
    ),
    batch: Any = typer.Option(
        "1,8,32,128", metavar="<int,…>", parser=batches_of, help="Numbers of images in a call, comma-separated."
    ),
    image_size: int | None = typer.Option(
        None, min=1, help="Height and width in pixels. Default: 32, or the least that the model takes."
    ),
    at_catalog_size: bool = typer.Option(
        False, "--at-catalog-size", help="Use the input each model was published with; show the published GPU ms too."
    ),
    calls: int = typer.Option(300, min=1, help="Time this number of calls of each batch …"),
    seconds: float = typer.Option(10.0, min=0.1, help="… or the calls of this number of seconds, 5 at least."),
    runs: Runs = None,
    output: OutputOptions,
) -> None:
    """Measure the latency of models, for one image or several in a call, without training them.

    A trained run or a saved file is measured in its own runtime, and takes images as they are stored.

    Latencies are in milliseconds, after warm-up: a traced call, its input on the device, until its result is ready.
    Floating-point operations a second are compared with the peak of the device. Each of several models has a process.
    Exit code 3: some of the models could not be measured, the others are shown.

    Example: zoo latency lenet5 mobilenet --batch 1,32
    """
    if at_catalog_size and image_size is not None:
        raise typer.BadParameter("give --image-size or --at-catalog-size, not both")
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.benchmarking.untrained_table import speed_table
    from modelzoo.deployment import latency as timed
    from modelzoo.timing.clock import Limits

    with RunProgress(as_typed) as progress:
        measured = timed.latency(
            *models,
            batches=batch,
            image_size=image_size,
            at_catalog_size=at_catalog_size,
            limits=Limits(calls, seconds),
            apart=len(models) > 1,
            runs=runs,
            report=progress,
        )
    output.emit(measured, table=lambda: speed_table(measured, output.width))
    warn(measured.faults)
    if measured.faults or any(network.no_latency for network in measured.networks):
        raise typer.Exit(exit_codes.SOME_RUNS_FAILED)
