"""The process of one run: ``python -m modelzoo.benchmarking.worker_process JOB``, started by `worker`.

Its standard output is a pipe of messages, its standard input one that ends when the process that started it does.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from modelzoo.benchmarking import messages
from modelzoo.benchmarking.messages import Job, Message
from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import CHECKPOINT_EVERY_S
from modelzoo.runs.events import Event, Report, Step

INTERRUPTED = 130

# A step of a small network takes less than a millisecond; nobody reads more of them than this.
_STEPS_EVERY_S = 0.1

# After SIGTERM so long is left for the step or epoch under way before the process is ended at once. An epoch is waited
# for only if the epochs before it were shorter than CHECKPOINT_EVERY_S; the rest is for writing the checkpoint.
GRACE_S = CHECKPOINT_EVERY_S + 10.0


def main(job: Path) -> int:
    """Do the job; 0 done or refused with a word, 130 interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What anybody prints must not come among the messages.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def tell(message: Message) -> None:
        pipe.write(messages.to_line(message))
        pipe.flush()

    threading.Thread(target=_end_with_parent, args=(job.parent,), daemon=True).start()
    try:
        tell(_done(messages.read_job(job), tell))
    except ZooError as error:
        tell(messages.Refused(str(error)))
    except (KeyboardInterrupt, BrokenPipeError):
        return INTERRUPTED
    return 0


def _done(job: Job, tell: Callable[[Message], None]) -> Message:
    from modelzoo.machine.requirements import require_bench_extra

    require_bench_extra()
    import keras

    keras.config.set_dtype_policy(job.plan.precision)
    images = messages.taken_over(job.images)
    if job.trial:
        from modelzoo.benchmarking.trial import try_steps

        return try_steps(job.plan, images)
    from modelzoo.benchmarking.run import run

    record = run(job.plan, images, job.runs, _fewer_steps(tell), latency_batches=job.latency_batches)
    return messages.Done(record)


def _fewer_steps(tell: Callable[[Message], None]) -> Report:
    """Tell each event, of an epoch's steps the first, and then one every while."""
    last = 0.0

    def report(event: Event) -> None:
        nonlocal last
        now = time.monotonic()
        if isinstance(event, Step) and event.step > 1 and now - last < _STEPS_EVERY_S:
            return
        last = now
        tell(event)

    return report


def _end_with_parent(folder: Path) -> None:
    """Wait for the other process to end; then end like one that was asked to, and take away what it handed over."""
    while os.read(0, 1):  # not `sys.stdin`, whose lock would outlast this thread at the end of the process
        pass
    for path in (*folder.glob("*"), folder):
        try:
            path.rmdir() if path == folder else path.unlink()
        except OSError:
            continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
