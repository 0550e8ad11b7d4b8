"""Text for people."""

import errno

import pytest

from modelzoo.base.text import byte_size, cut, first_of, listed, plural, printable, reason


def test_lists_end_in_a_word() -> None:
    assert [listed("abc"), listed("ab"), listed("a")] == ["a, b and c", "a and b", "a"]
    assert listed([1, 2, 3], "or") == "1, 2 or 3"


def test_the_first_items_are_shown_and_the_others_counted() -> None:
    assert [first_of("abc", most) for most in (3, 2)] == ["a, b, c", "a, b, and 1 more"]
    assert first_of(range(2000), 1, "#{}".format) == "#0, and 1,999 more"


def test_a_count_has_its_noun() -> None:
    assert [plural(count, "file") for count in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\r\n\tb\0\x85", r"a\r\n\tb\x00\x85"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("\u2028\ufeff\u200b", r"\u2028\ufeff\u200b"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), r"caf\xe9"),
        ("\ud83d", r"\ud83d"),
        ("naïve 한국 👩‍🔬 می‌خواهم", "naïve 한국 👩‍🔬 می‌خواهم"),
    ],
)
def test_characters_that_steer_or_hide_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_cell_is_cut() -> None:
    assert cut("x" * 80) == "x" * 80
    assert cut("x" * 81) == "x" * 79 + "…"
    assert cut("\x1b" * 100, 3) == r"\x1b\x1b…"


def test_an_error_without_a_text_has_a_reason() -> None:
    assert reason(OSError(errno.ENOSPC, None)) == "No space left on device"
    assert reason(OSError("cut off")) == "cut off"
    assert reason(OSError()) == "unknown error"
    assert reason(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (999_499, "999 kB"), (999_500, "1 MB"),
        (7_526_400_000, "7.53 GB"), (1_234_567_890_123, "1,235 GB"),
    ],
)  # fmt: skip
def test_a_number_of_bytes_has_three_digits_and_its_unit(count: int, text: str) -> None:
    assert byte_size(count) == text
