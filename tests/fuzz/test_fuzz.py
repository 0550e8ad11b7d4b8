"""Damaged files: each is read right, or refused with its name; no reader crashes, hangs or fills the memory."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).with_name("campaign.py")
KINDS = [
    "catalog",
    "table",
    "timm",
    "recipe",
    "suite",
    "profile",
    "records",
    "predictions",
    "checkpoints",
    "idx",
    "npz",
    "images",
    "manifest",
]

# The shares of 100,000 inputs; images are slower than texts.
INPUTS = dict.fromkeys(KINDS, 9000) | {"recipe": 12_000}


def run(kind: str, inputs: int, seed: int, folder: Path) -> None:
    command = [sys.executable, "-W", "ignore", str(CAMPAIGN), kind, str(inputs), str(seed), str(folder / "kept")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    print(done.stdout, end="")
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_right_or_refused_by_name(kind: str, tmp_path: Path) -> None:
    run(kind, 170, 0, tmp_path)


@pytest.mark.campaign
@pytest.mark.parametrize("kind", KINDS)
def test_100000_damaged_files(kind: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("ZOO_FUZZ_SEED", random.SystemRandom().randrange(10**6)))
    print(f"{kind}: {INPUTS[kind]:,} inputs, seed {seed}")
    run(kind, INPUTS[kind], seed, tmp_path)
