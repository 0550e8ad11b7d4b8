"""`zoo save`."""

from pathlib import Path

import typer

from modelzoo.cli.complete import datasets, one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import DataDir, Runs, as_typed
from modelzoo.cli.output import emit_json, say
from modelzoo.deployment.facts import FormatName


def save(
    run: str = typer.Argument(
        metavar="RUN",
        autocompletion=one_of(all_runs),
        help="Id of a run or its beginning, as in `zoo runs`, or its folder.",
    ),
    to: FormatName = typer.Option(..., help="Format: .keras, .onnx for onnxruntime, or .tflite for LiteRT."),
    int8: bool = typer.Option(False, "--int8", help="Compute in 8-bit whole numbers; with --to litert alone."),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="File to write. Default: the id of the run, with the suffix."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the file."),
    dataset: str | None = typer.Option(
        None, autocompletion=one_of(datasets), help="Data set of the run. Default: where the run found it."
    ),
    data_dir: DataDir = None,
    runs: Runs = None,
    as_json: bool = typer.Option(False, "--json", help="Print the file and its test as JSON, full precision."),
) -> None:
    """Save the trained network of a run as one file, with preprocessing and class names inside.

    The file takes images as they are stored, and gives probabilities. It is tested before it is written. A float file
    agrees with the network of the run on 256 validation images and all test images. The accuracy of an int8 file is
    tested on all test images.

    Example: zoo save lenet5-02b1f9ab8a --to onnx
    """
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.deployment import save as saving

    with RunProgress(as_typed) as progress:
        saved = saving.save(
            run,
            to,
            output,
            int8=int8,
            force=force,
            runs=runs,
            dataset=dataset,
            data_dir=data_dir,
            report=progress,
        )
    if as_json:
        emit_json(saved)
    else:
        say(saved.lines())
