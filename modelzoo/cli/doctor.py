"""`zoo doctor`."""

from pathlib import Path

import typer

from modelzoo.cli.options import DataDir, with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.machine.native_stderr import suppress_native_stderr


@with_options
def doctor(
    *,
    data_dir: DataDir = None,
    runs: Path | None = typer.Option(None, help="Folder of the runs. Default: ZOO_RUNS, or ./runs."),
    output: OutputOptions,
) -> None:
    """Report what `zoo bench` would use here (backend, device, versions, data, runs), and how to get missing parts.

    Memory is in GB (10^9 bytes).

    Example: zoo doctor
    """
    with suppress_native_stderr():
        from modelzoo.machine.doctor import diagnose

        diagnosis = diagnose(runs=runs, data_dir=data_dir)
    output.emit(diagnosis, table=diagnosis.table)
