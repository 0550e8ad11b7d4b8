"""Slurm: the batch script of an array whose tasks share the runs of one command."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.benchmarking.names import ModelRecipe, fetch_initial_weights, require_names
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.datasets.dataset import data_folder

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet

# Slurm's default for MaxArraySize is 1,001.
_MOST_TASKS = 1_000

_OPTION = "--print-slurm"

# A worker has `worker.GRACE_S` for its checkpoint, half a minute; the rest is for a slow network file system.
_SIGNAL_S = 120
# The exit code of `zoo` after Ctrl-C or SIGTERM.
_INTERRUPTED = 130

# What a worker of a task gets.
_CPUS = 8
_MEMORY_GB = 16

_MANY_TASKS = """\
# Each task of this array makes the runs that no other task works on. Submit the script with sbatch.
# Options of sbatch replace the lines below: sbatch --time=08:00:00 --array=0-15 SCRIPT"""
_ONE_TASK = """\
# One task makes all runs; a second one would have nothing to do. Submit the script with sbatch.
# Options of sbatch replace the lines below: sbatch --time=08:00:00 SCRIPT"""

_SCRIPT = """\
#!/bin/bash
{head}
#SBATCH --job-name=zoo
#SBATCH --array=0-{last}
#SBATCH --time=04:00:00
#SBATCH --cpus-per-task={cpus}
#SBATCH --mem={memory_gb}G
# Remove the next line on a cluster without GPUs.
#SBATCH --gres=gpu:{workers}
# Before its time limit a task saves a checkpoint and is queued again. Slurm queues it again after a loss of its node.
#SBATCH --signal=B:USR1@{signal_s}
#SBATCH --requeue
#SBATCH --chdir={folder}
#SBATCH --output=zoo-%A-%a.log
#SBATCH --open-mode=append

# Scratch files, decoded images and compiled programs stay on the node; data sets and runs are shared.
local=${{SLURM_TMPDIR:-/tmp}}/zoo-$(id -un)
mkdir -p "$local"
chmod 700 "$local" || exit 1  # the folder of another user
export TMPDIR=$local XDG_CACHE_HOME=$local/cache CUDA_CACHE_PATH=$local/cuda
export ZOO_DATA={data}

# A command in the background, since bash handles no signal before a command in the foreground ends.
{command} &
zoo=$!
again=no
trap 'again=yes; kill -TERM "$zoo"' USR1
trap 'kill -TERM "$zoo"' TERM
while kill -0 "$zoo" 2>/dev/null; do wait "$zoo"; done  # a signal ends `wait`
wait "$zoo"
code=$?
if [ $again = yes ] && [ $code -eq {interrupted} ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit $code
"""


def bench_script(
    command: Sequence[str], models: Sequence[ModelRecipe], dataset: "str | DataSet", options: BenchOptions
) -> str:
    """Return the batch script of a benchmark, after a check of all names; ImageNet weights are downloaded here.

    Parameters
    ----------
    command : the words of ``zoo bench``, as `slurm_script` takes them
    """
    require_names(models, dataset, options)
    fetch_initial_weights(models, options)
    data = data_folder(options.data_dir)
    return slurm_script(command, tasks=len(models) * options.seeds, workers=options.workers, data=data)


def slurm_script(command: Sequence[str], *, tasks: int, workers: int = 1, data: Path) -> str:
    """Return the batch script of an array whose tasks all run one command on the same folder of runs.

    The command runs in the current folder, under the Python that runs now. SIGTERM makes it save a checkpoint.

    Parameters
    ----------
    command : words after ``zoo``, of which ``--print-slurm`` is left out
    tasks : of the array, `_MOST_TASKS` at most; more tasks than runs have nothing to do
    workers : of each task; each gets a GPU
    data : folder of the data sets
    """
    return _SCRIPT.format(
        head=_MANY_TASKS if tasks > 1 else _ONE_TASK,
        workers=workers,
        cpus=workers * _CPUS,
        memory_gb=workers * _MEMORY_GB,
        last=min(tasks, _MOST_TASKS) - 1,
        signal_s=_SIGNAL_S,
        folder=shlex.quote(str(Path.cwd())),
        data=shlex.quote(str(data.absolute())),
        command=shlex.join([sys.executable, "-m", "modelzoo", *(word for word in command if word != _OPTION)]),
        interrupted=_INTERRUPTED,
    )
