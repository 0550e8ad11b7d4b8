"""What a comparison comes to, in one sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelzoo.comparison.result import Comparison
    from modelzoo.statistics.pairs import Pair


def verdict(comparison: "Comparison") -> str:
    """Which is better, as far as the test images can tell; of several, the most accurate against each other one."""
    return _of_two(comparison) if len(comparison.contenders) == 2 else _of_several(comparison)


def _of_two(comparison: "Comparison") -> str:
    (pair,) = comparison.pairs
    names = [contender.label for contender in comparison.contenders]
    if comparison.apart(pair):
        better, worse = names if pair.difference > 0 else names[::-1]
        low, high = sorted((abs(pair.low), abs(pair.high)))
        return (
            f"{better} is more accurate than {worse}: by {abs(pair.difference):.2f} points "
            f"({comparison.percent} interval {low:.2f} to {high:.2f}), {_p(pair.p)}."
        )
    return (
        f"{names[0]} and {names[1]} cannot be told apart in accuracy: {pair.difference:+.2f} points "
        f"({comparison.percent} interval {pair.low:+.2f} to {pair.high:+.2f}), {_p(pair.p)}; "
        f"{_detectable(comparison, [pair])}"
    )


def _of_several(comparison: "Comparison") -> str:
    names = [contender.label for contender in comparison.contenders]
    accuracies = [contender.accuracy for contender in comparison.contenders]
    best = accuracies.index(max(accuracies))
    alike: list[tuple[str, Pair]] = []
    worse: list[tuple[str, Pair]] = []
    for pair in comparison.pairs:
        if best in (pair.first, pair.second):
            other = pair.second if pair.first == best else pair.first
            (worse if comparison.apart(pair) else alike).append((names[other], pair))
    largest = max((pair.adjusted_p for _, pair in worse), default=0.0)
    if not alike:
        others = "both others" if len(worse) == 2 else f"each of the {len(worse)} others"
        return f"{names[best]} is more accurate than {others}: adjusted {_p(largest)} at most."
    beaten = f"; it is more accurate than {_listed([name for name, _ in worse])}" if worse else ""
    return (
        f"{names[best]} got most images right, but cannot be told apart in accuracy from "
        f"{_listed([name for name, _ in alike])}{beaten}; {_detectable(comparison, [pair for _, pair in alike])}"
    )


def _detectable(comparison: "Comparison", pairs: Sequence["Pair"]) -> str:
    """What difference would have been found, the largest over these pairs."""
    found = [pair.detectable for pair in pairs]
    sizes = [size for size in found if size is not None]
    if len(sizes) < len(found):
        return "they disagree on too few images for any difference to be found."
    return (
        f"with these {comparison.images:,} images, a difference of {max(sizes):.2f} points would have been found "
        "4 times in 5."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _p(value: float) -> str:
    return f"p {show_p(value)}" if value < SMALL else f"p = {show_p(value)}"


SMALL = 0.0001


def show_p(value: float) -> str:
    """A p-value to four decimals; a smaller one as < 0.0001."""
    return f"< {SMALL}" if value < SMALL else f"{value:.4f}"
