"""Kills, failing calls and power losses at random moments of a run: none loses a saved epoch or changes a result."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import modelzoo

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


def campaign(folder: Path, *counts: int, seed: int) -> dict[str, int]:
    """Return the figures of a campaign of so many kills, failing calls and power losses."""
    pytest.importorskip("keras")
    path = str(Path(modelzoo.__file__).parents[1])
    command = [sys.executable, str(Path(__file__).with_name("campaign.py")), str(folder), *map(str, (seed, *counts))]
    ended = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"seed {seed}: {ended.stderr[-4000:]}"
    figures: dict[str, int] = json.loads(ended.stdout.splitlines()[-1])
    print(figures)
    assert tuple(figures[kind] for kind in ("kills", "failing calls", "power losses")) == counts
    return figures


@pytest.mark.slow
def test_a_run_outlives_kills_failing_calls_and_power_losses(tmp_path: Path) -> None:
    campaign(tmp_path, 20, 20, 20, seed=7)


@pytest.mark.campaign
def test_a_run_outlives_1000_kills_and_300_failing_calls_and_power_losses_each(tmp_path: Path) -> None:
    seed = int(os.environ.get("ZOO_CAMPAIGN_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed}")
    campaign(tmp_path, 1000, 300, 300, seed=seed)


# Publishes a run on the file system of an image, and says so; the power is then lost.
PUBLISH = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[2])
import campaign

campaign.pretend()
spec, splits = campaign.make_spec()
campaign.one_run.run(spec, splits, Path(sys.argv[1]))
print("finished", flush=True)
sys.stdin.readline()
"""


@pytest.mark.campaign
def test_a_finished_run_is_whole_on_a_disk_that_loses_power_at_once(tmp_path: Path) -> None:
    """The image of a mounted file system has what reached the disk."""
    image, mount = tmp_path / "image", tmp_path / "mount"
    image.write_bytes(b"")
    os.truncate(image, 16 << 20)
    mount.mkdir()

    def mounted(*command: str) -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    if not (mounted("mkfs.ext4", "-q", str(image)) and mounted("mount", "-o", "loop", str(image), str(mount))):
        pytest.skip("no loop device can be mounted here")
    path = str(Path(modelzoo.__file__).parents[1])
    command = [sys.executable, "-c", PUBLISH, str(mount / "runs"), str(Path(__file__).parent)]
    try:
        with subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"finished\n"
            lost = image.read_bytes()
    finally:
        subprocess.run(["umount", str(mount)], check=False)
    image.write_bytes(lost)
    assert mounted("mount", "-o", "loop", str(image), str(mount))
    try:
        from modelzoo.datasets.dataset import sha256_of
        from modelzoo.runs.record import read_record

        (run,) = (mount / "runs").iterdir()
        record = read_record(run / "record.json")
        assert len(record.files) == 4
        assert {name: sha256_of(run / name) for name in record.files} == record.files
    finally:
        subprocess.run(["umount", str(mount)], check=False)
