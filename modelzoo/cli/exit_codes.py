"""Exit codes of `zoo`; typer exits with 2 for wrong usage."""

ERROR = 1
WOULD_CHANGE = 1  # as of formatters with --check
SOME_RUNS_FAILED = 3
INTERRUPTED = 130
