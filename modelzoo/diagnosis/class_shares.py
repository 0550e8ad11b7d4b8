"""Shares of the classes: a warning if they differ between training and test images."""

from collections.abc import Sequence

from modelzoo.base.text import cut, first_of
from modelzoo.statistics.intervals import wilson

# A share that differs by a smaller factor changes accuracies little.
_FACTOR = 1.5
_NAMED = 5


def class_share_warnings(
    classes: Sequence[str], train: Sequence[int], test: Sequence[int], *, balanced: bool
) -> list[str]:
    """Return a warning if the share of a class differs between training and test images by more than chance.

    Two shares differ if their Wilson intervals are disjoint and the larger one is at least 1.5 times the smaller. The
    intervals are at 95 % for all classes together (Bonferroni).

    Parameters
    ----------
    train, test : (n_classes,), images of each class; training images may be represented by a sample
    balanced : whether the recipe trains for equal shares
    """
    if not (sum(train) and sum(test)):
        return []
    different = []
    for name, of_train, of_test in zip(classes, train, test, strict=True):
        shares = of_train / sum(train), of_test / sum(test)
        of_both = (of_train, sum(train)), (of_test, sum(test))
        (_, lower), (higher, _) = sorted(wilson(*counts, 1 - 0.05 / len(classes)) for counts in of_both)
        if lower < higher and max(shares) >= _FACTOR * min(shares):
            different.append((max(shares) / max(min(shares), 1e-9), name, shares))
    if not different:
        return []
    different.sort(key=lambda item: -item[0])
    named = first_of(
        [f"{cut(name, 30)} {_percent(shares[0])} and {_percent(shares[1])}" for _, name, shares in different], _NAMED
    )
    advice = (
        "the recipe is balanced, which trains for equal shares"
        if balanced
        else "a network learns the shares of its training images; `balanced = true` in the recipe trains for equal ones"
    )
    return [f"the shares of classes differ between training and test images: {named}; {advice}"]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
