"""The charts that a finished run leaves in its folder."""

import warnings
from pathlib import Path

from modelzoo.charts.save import plot
from modelzoo.runs.events import Note, Report
from modelzoo.runs.record import Record
from modelzoo.runs.run import Run

CURVES, CONFUSION = "curves.svg", "confusion.svg"


def leave_charts(record: Record, folder: Path, report: Report) -> None:
    """Draw the learning curves, and the confusion matrix of a tested run, that the folder of a finished run lacks.

    An error becomes a note: the record and its files are on the disk already.
    """
    from modelzoo.runs import confusion_chart, curves_chart

    run = Run(record, folder, "local")
    charts = {CURVES: lambda: curves_chart.figure([record])}
    if not record.untested:
        charts[CONFUSION] = lambda: confusion_chart.figure(run)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            for name, draw in charts.items():
                if not (folder / name).exists():
                    plot(draw, folder / name)
    except Exception as error:
        report(Note(f"the charts of the run could not be drawn: {str(error) or type(error).__name__}"))
        return
    for text in dict.fromkeys(str(warning.message) for warning in caught if warning.category is UserWarning):
        report(Note(text))
