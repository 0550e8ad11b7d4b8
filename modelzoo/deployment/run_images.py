"""The images of a run: its data set, loaded and cut again, and compared with its record."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelzoo.base.text import printable
from modelzoo.benchmarking.prepare import in_geometry, read_dataset
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.errors import DataMissingError, ZooError
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.invocation import Invocation, read_invocation
from modelzoo.runs.run import Run

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits


def images_of(
    run: Run, *, dataset: str | None = None, data_dir: str | None = None, report: Report = ignore
) -> "Splits":
    """Load the images of a run.

    Parameters
    ----------
    dataset, data_dir : where the images lie now; default: where the run found them

    Raises
    ------
    ZooError
        If the data set is missing, or differs from the record.
    """
    invocation, facts = read_invocation(run.folder) or Invocation(), run.record.dataset
    place = replace(invocation, data_dir=data_dir or invocation.data_dir)
    try:
        loaded = read_dataset(dataset or invocation.dataset or facts.name, place, report)
    except DataMissingError as error:
        was = f"were at {printable(invocation.dataset)}" if invocation.dataset else f"are those of {facts.name}"
        raise DataMissingError(
            f"the images of {run.id} {was}, and are not there: {error}; `dataset` names their new place"
        ) from None
    splits, found = split_data(loaded, facts.limit_train, report)
    for what in ("checksums", "reading", "classes", "train_images", "validation_images", "test_images"):
        if getattr(found, what) != getattr(facts, what):
            raise ZooError(
                f"{loaded.name} at hand is not the data set of {run.id}: its {what.replace('_', ' ')} differ; name "
                "the right one with `dataset` and `data_dir`"
            )
    return in_geometry(run.record.recipe, splits, report)
