"""What is told of a failure: out of memory is recognized whoever says it, signals have their names."""

import pytest

from modelzoo.errors import ZooError
from modelzoo.training import failure
from modelzoo.training.failure import Failure, TrainingFailedError, failure_of, is_out_of_memory


def named(name: str, *bases: type[Exception]) -> type[Exception]:
    """An exception class as a framework has it, which is not installed here."""
    return type(name, bases or (Exception,), {})


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        named("_ArrayMemoryError", MemoryError)("Unable to allocate 8.00 GiB"),
        named("ResourceExhaustedError")("Graph execution error: OOM when allocating tensor with shape[1024,64]"),
        named("XlaRuntimeError", RuntimeError)("RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes."),
        named("JaxRuntimeError", RuntimeError)("RESOURCE_EXHAUSTED: Out of memory while trying to allocate"),
        named("OutOfMemoryError", RuntimeError)("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: out of memory"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_memory_that_was_not_had_is_recognized_whoever_says_it(error: Exception) -> None:
    assert is_out_of_memory(error)
    told = failure_of(error, 128)
    assert told.reason == "out of memory at batch size 128; try --batch-size 64, or auto"
    assert told.repairable


def test_it_is_recognized_behind_the_error_that_was_raised_from_it() -> None:
    with pytest.raises(ZooError) as caught:  # noqa: PT012
        try:
            raise MemoryError
        except MemoryError as error:
            raise ZooError("the builder failed: MemoryError") from error
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize("error", [ValueError("out of memory"), RuntimeError("no such device"), OSError(5, "EIO")])
def test_an_unexpected_error_is_not_taken_for_it_and_the_run_can_be_resumed(error: Exception) -> None:
    assert not is_out_of_memory(error)
    assert failure_of(error, 128).repairable


def test_a_training_that_fails_in_the_same_way_each_time_is_not_resumed() -> None:
    assert failure_of(TrainingFailedError("the loss became nan"), 8) == Failure("the loss became nan")


def test_an_unexpected_error_is_told_by_its_kind_and_its_first_line() -> None:
    assert failure_of(ValueError("no such layer\n  at line 3"), 8).reason == "ValueError: no such layer"
    assert failure_of(ValueError(), 8).reason == "ValueError"


def test_at_a_batch_of_one_there_is_no_smaller_one_to_try() -> None:
    assert failure.out_of_memory(1).reason == "out of memory at batch size 1; try a smaller --image-size"


def test_a_process_that_was_killed_is_out_of_memory_only_if_the_system_says_so() -> None:
    killed = failure.ended_by_itself(-9, " in epoch 2", batch_size=64, oom_kills=0)
    assert killed.reason == "its process was ended by SIGKILL (Killed) in epoch 2"
    starved = failure.ended_by_itself(-9, " in epoch 2", batch_size=64, oom_kills=1)
    assert starved.reason == "out of memory at batch size 64 in epoch 2; try --batch-size 32, or auto"
    assert not failure.ended_by_itself(-11, "", batch_size=64, oom_kills=1).out_of_memory
