"""`zoo runs`."""

from modelzoo.cli.options import Runs
from modelzoo.cli.output import FORMAT, JSON, emit, warn
from modelzoo.tables.table import Form


def runs(
    runs: Runs = None,
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """List the runs: finished, failed and partial ones, made here or shipped with the package.

    Accuracies are in percent, latencies in milliseconds.

    Example: zoo runs --json
    """
    from modelzoo.runs.listing import list_runs, runs_table

    listed = list_runs(runs)
    emit(listed, form, as_json, table=lambda: runs_table(listed))
    warn(listed.problems)
