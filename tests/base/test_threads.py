"""Threads: order, bounds, errors."""

import threading
from collections.abc import Iterator

import pytest

from modelzoo.base.threads import map_in_threads


def test_results_come_in_the_order_of_the_items_from_several_threads() -> None:
    together = threading.Barrier(3)  # three calls wait for each other: no single thread passes

    def square(item: int) -> int:
        together.wait(10)
        return item * item

    assert list(map_in_threads(square, range(9), threads=3)) == [item * item for item in range(9)]


@pytest.mark.parametrize("threads", [1, 2])
def test_items_are_taken_only_when_a_result_is_wanted(threads: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    results = map_in_threads(lambda item: item, items(), threads=threads)
    assert next(results) == 0
    assert len(taken) == threads + 1
    results.close()  # type: ignore[attr-defined]
    assert len(taken) == threads + 1


def test_an_error_of_a_call_is_raised_at_its_place() -> None:
    results = map_in_threads(lambda item: 6 // item, [3, 2, 0, 1], threads=2)
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
