"""The division of images into splits."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.datasets.division import SHARES, divide, require_images, shares_of
from modelzoo.errors import ZooError


def divided(digests: Sequence[str], labels: Sequence[int] | None = None) -> dict[str, int]:
    """Divide different images by the usual shares."""
    return dict(zip(digests, divide(labels or [0] * len(digests), digests, digests, shares=SHARES), strict=True))


@pytest.mark.parametrize(
    ("images", "counts"), [(3, [1, 1, 1]), (4, [2, 1, 1]), (20, [14, 3, 3]), (1000, [700, 150, 150])]
)
def test_each_class_gives_its_share_and_an_image_at_least(images: int, counts: list[int]) -> None:
    for label in (0, 1):
        parts = divided([f"{label} {number}" for number in range(images)], [label] * images)
        assert [Counter(parts.values())[index] for index in range(3)] == counts


def test_few_images_go_into_the_first_splits() -> None:
    assert divide([0], ["a"], ["a"], shares=(70, 15)) == [0]
    assert sorted(divide([0, 0], ["a", "b"], ["a", "b"], shares=(70, 15))) == [0, 1]


def test_added_images_move_few_others() -> None:
    for images in (100, 2000):
        digests = [f"image {number}" for number in range(images)]
        before, after = divided(digests), divided([*digests, *(f"added {number}" for number in range(images // 20))])
        assert sum(before[digest] != after[digest] for digest in digests) < 0.05 * images


def test_the_order_of_the_files_changes_nothing() -> None:
    digests = [f"image {number}" for number in range(50)]
    assert divided(digests) == divided(digests[::-1])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=40))
def test_equal_images_get_one_split_whatever_their_labels_and_bytes(images: list[tuple[int, int]]) -> None:
    labels, copies = [label for label, _ in images], [str(image) for _, image in images]
    digests = [f"{number} {image}" for number, image in enumerate(copies)]
    parts: dict[str, set[int]] = {}
    for image, part in zip(copies, divide(labels, digests, copies, shares=SHARES), strict=True):
        parts.setdefault(image, set()).add(part)
    assert all(len(part) == 1 for part in parts.values())


def test_copies_and_images_of_an_earlier_class_do_not_count_for_a_class() -> None:
    require_images(["a", "b"], [0, 0, 0, 1, 1, 1], list("uvwxyz"), "photos")
    with pytest.raises(ZooError, match="photos: class 'b' has 2; expected 3 different images"):
        require_images(["a", "b"], [0, 0, 0, 1, 1, 1, 1], list("uvwwyyz"), "photos")


@pytest.mark.parametrize("text", ["70/30", "70/15/15/0", "80/20/0", "70/15/14", "a/b/c", "", "70/-15/45", "0.7/0.2/0"])
def test_shares_that_are_no_percentages_are_refused(text: str) -> None:
    with pytest.raises(ZooError, match=r"`split` is '.*'; expected percentages .*70/15/15"):
        shares_of(text)


def test_shares_are_read() -> None:
    assert shares_of("70/15/15") == SHARES
    assert shares_of("60/20/20") == (60, 20, 20)
