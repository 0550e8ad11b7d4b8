"""The images of a run, loaded again: the data set at hand must be the one of the record."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.datasets.dataset import DataSet
from modelzoo.deployment.run_images import images_of
from modelzoo.errors import ZooError
from modelzoo.runs.events import Waiting
from modelzoo.runs.find import find_run
from modelzoo.runs.run import Run

pytestmark = pytest.mark.xdist_group("keras")


def test_the_images_are_found_where_the_run_found_them(run_folder: Path, tiny: DataSet, tiny_npz: Path) -> None:
    events: list[object] = []
    splits = images_of(find_run(run_folder), report=events.append)
    np.testing.assert_array_equal(splits.test.images, tiny.test.images)
    assert events[0] == Waiting(f"reading {tiny_npz}")


@pytest.mark.parametrize("field", ["checksums", "reading", "classes", "test_images"])
def test_another_data_set_is_refused_with_the_field_that_differs(run_folder: Path, field: str) -> None:
    run = find_run(run_folder)
    other = {"checksums": {}, "reading": "transposed = true", "classes": 9, "test_images": 7}[field]
    record = replace(run.record, dataset=replace(run.record.dataset, **{field: other}))
    with pytest.raises(ZooError, match=f"{field.replace('_', ' ')} differ; name the right one"):
        images_of(Run(record, run.folder, run.origin))
