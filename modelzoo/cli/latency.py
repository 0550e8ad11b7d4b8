"""`zoo latency`."""

from typing import Any

import typer

from modelzoo.cli.output import FORMAT, JSON, Format, emit, warn
from modelzoo.cli.quantities import batches_of
from modelzoo.machine.native_stderr import suppress_native_stderr

app = typer.Typer(add_completion=False, rich_markup_mode=None)

FAILED = 3


@app.command()
def latency(
    models: list[str] = typer.Argument(
        metavar="MODEL…",
        help="Models of the catalog, as in `zoo list`; variants, such as shufflenetv2-x1-0; keras:NAME, any model of "
        "Keras Applications; or package.module:function, a builder of your own.",
    ),
    batch: Any = typer.Option(
        "1,8,32,128", metavar="<int,…>", parser=batches_of, help="How many pictures a call has, comma-separated."
    ),
    image_size: int | None = typer.Option(
        None, min=1, help="Height and width in pixels. Default: 32, or the least that the model takes."
    ),
    at_catalog_size: bool = typer.Option(
        False, "--at-catalog-size", help="Use the input each model was published with; show the published GPU ms too."
    ),
    calls: int = typer.Option(300, min=1, help="Time so many calls of each batch …"),
    seconds: float = typer.Option(10.0, min=0.1, help="… or as many as so many seconds have room for, 5 at least."),
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Measure how long models take for a picture, or for several at once, without training them.

    Latencies are in milliseconds, from a traced call whose input lies on the device until its result is there, after
    warm-up. Floating-point operations a second are set against what the device can do. Several models have each a
    process of their own. Exit code 3: some of the models could not be measured, the others are shown.

    Example: zoo latency lenet5 mobilenet --batch 1,32
    """
    if at_catalog_size and image_size is not None:
        raise typer.BadParameter("give --image-size or --at-catalog-size, not both")
    with suppress_native_stderr():
        from modelzoo.machine.requirements import require_bench_extra

        require_bench_extra()
    from modelzoo.benchmarking import untrained
    from modelzoo.benchmarking.untrained_table import speed_table
    from modelzoo.cli.progress import RunProgress
    from modelzoo.timing.clock import Limits

    with RunProgress() as progress:
        measured = untrained.latency(
            *models,
            batches=batch,
            image_size=image_size,
            at_catalog_size=at_catalog_size,
            limits=Limits(calls, seconds),
            apart=len(models) > 1,
            report=progress,
        )
    emit(lambda: speed_table(measured), form, as_json, measured.to_dict)
    warn(measured.faults)
    if measured.faults or any(network.no_latency for network in measured.networks):
        raise typer.Exit(FAILED)
