"""The verdict of a comparison, in one sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelzoo.base.text import equals_p, listed

if TYPE_CHECKING:
    from modelzoo.comparison.result import Comparison
    from modelzoo.statistics.pairs import Pair


def verdict(comparison: "Comparison") -> str:
    """Return which candidate is more accurate; of several, the most accurate one against each of the others."""
    return _of_two(comparison) if len(comparison.candidates) == 2 else _of_several(comparison)


def _of_two(comparison: "Comparison") -> str:
    (pair,) = comparison.pairs
    labels = comparison.labels
    if pair.significant:
        better, worse = labels if pair.difference > 0 else labels[::-1]
        low, high = sorted((abs(pair.low), abs(pair.high)))
        return (
            f"{better} is more accurate than {worse}: by {abs(pair.difference):.2f} points "
            f"({comparison.percent} interval {low:.2f} to {high:.2f}), {equals_p(pair.p)}."
        )
    return (
        f"{labels[0]} and {labels[1]} are not significantly different in accuracy: {pair.difference:+.2f} points "
        f"({comparison.percent} interval {pair.low:+.2f} to {pair.high:+.2f}), {equals_p(pair.p)}; "
        f"{_detectable(comparison, [pair])}"
    )


def _of_several(comparison: "Comparison") -> str:
    labels = comparison.labels
    accuracies = [candidate.accuracy for candidate in comparison.candidates]
    best = accuracies.index(max(accuracies))
    similar: list[tuple[str, Pair]] = []
    worse: list[tuple[str, Pair]] = []
    for pair in comparison.pairs:
        if best in (pair.first, pair.second):
            rival = pair.second if pair.first == best else pair.first
            (worse if pair.significant else similar).append((labels[rival], pair))
    largest = max((pair.adjusted_p for _, pair in worse), default=0.0)
    if not similar:
        others = "both others" if len(worse) == 2 else f"each of the {len(worse)} others"
        return f"{labels[best]} is more accurate than {others}: adjusted {equals_p(largest)} at most."
    beaten = f"; it is more accurate than {listed(label for label, _ in worse)}" if worse else ""
    return (
        f"{labels[best]} has the most correct images, but is not significantly different in accuracy from "
        f"{listed(label for label, _ in similar)}{beaten}; {_detectable(comparison, [pair for _, pair in similar])}"
    )


def _detectable(comparison: "Comparison", pairs: Sequence["Pair"]) -> str:
    """Return the detectable difference, the largest over these pairs."""
    sizes = [pair.detectable for pair in pairs if pair.detectable is not None]
    if len(sizes) < len(pairs):
        return "they disagree on too few images for any difference to be detected."
    return (
        f"with these {comparison.images:,} images, a difference of {max(sizes):.2f} points would be detected "
        "4 times in 5."
    )
