"""`zoo predict`."""

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.complete import one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import Runs, as_typed, with_options
from modelzoo.cli.output import OutputOptions, note, warn


@with_options
def predict(
    *,
    network: str = typer.Argument(
        metavar="RUN|FILE",
        autocompletion=one_of(all_runs),
        help="Id of a run or its beginning, path of its folder, or a file that `zoo save` wrote.",
    ),
    images: list[str] = typer.Argument(metavar="IMAGE…", help="Image files, folders of them, or patterns as '*.jpg'."),
    top: int = typer.Option(5, min=1, help="Number of classes for each image."),
    runs: Runs = None,
    output: OutputOptions,
) -> None:
    """Predict the classes of images, with probabilities in percent; the CSV and the JSON have shares of 1.

    Images are brought to the size and the channels that the network was trained with. A file needs no run and no data
    set. Exit code 3: some files are broken, the others are predicted.

    Example: zoo predict lenet5.onnx photos --format csv
    """
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.deployment.load import load_model
    from modelzoo.deployment.predict import predict as predict_images
    from modelzoo.deployment.predict import predicted_table

    with RunProgress(as_typed) as progress:
        predicted = predict_images(load_model(network, runs, report=progress), images, top)
    output.emit(predicted, table=lambda: predicted_table(predicted, flat=output.table_form == "csv"))
    if predicted.others:
        note(f"files that are no images were left out: {predicted.others:,}")
    warn(predicted.problems)
    if predicted.problems:
        raise typer.Exit(exit_codes.SOME_RUNS_FAILED)
