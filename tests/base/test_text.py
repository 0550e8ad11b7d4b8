"""Text for people."""

from modelzoo.base.text import listed, plural


def test_lists_end_in_a_word() -> None:
    assert [listed("abc"), listed("ab"), listed("a")] == ["a, b and c", "a and b", "a"]
    assert listed([1, 2, 3], "or") == "1, 2 or 3"


def test_a_count_has_its_noun() -> None:
    assert [plural(count, "file") for count in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
