"""Only what is between the markers changes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modelzoo.board.markers import BEGIN, END, replace_marked
from modelzoo.errors import ZooError

ANY = st.binary(max_size=60)


def outside(content: bytes) -> tuple[bytes, bytes]:
    return content[: content.index(BEGIN.encode())], content[content.index(END.encode()) + len(END) :]


# Text without markers.
plain = st.binary(max_size=80).filter(lambda text: b"<" not in text)


@given(before=plain, old=plain, after=plain, new=st.text(alphabet="ab |\n–", max_size=30))
def test_bytes_outside_the_markers_stay(before: bytes, old: bytes, after: bytes, new: str) -> None:
    content = before + BEGIN.encode() + old + END.encode() + after
    changed = replace_marked(content, new, path="x.md")
    assert outside(changed) == (before, after)


@given(before=plain, after=plain, new=st.text(alphabet="ab |\n–", max_size=30))
def test_a_second_update_changes_nothing(before: bytes, after: bytes, new: str) -> None:
    once = replace_marked(before + BEGIN.encode() + b"\n" + END.encode() + after, new, path="x.md")
    assume(b"\r" not in before + after)
    assert replace_marked(once, new, path="x.md") == once


def test_the_text_stands_on_lines_of_its_own() -> None:
    content = f"# Title\n\n{BEGIN}\nold\n{END}\nend".encode()
    assert replace_marked(content, "one\ntwo\n", path="x.md") == f"# Title\n\n{BEGIN}\none\ntwo\n{END}\nend".encode()


def test_a_file_with_windows_line_ends_keeps_them() -> None:
    content = f"# Title\r\n{BEGIN}\r\nold\r\n{END}".encode()
    assert replace_marked(content, "one\ntwo\n", path="x.md") == f"# Title\r\n{BEGIN}\r\none\r\ntwo\r\n{END}".encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            f"a\n{BEGIN}\nb\n",
            r"x\.md has zoo:begin in line 2; expected one <!-- zoo:begin --> and one <!-- zoo:end -->",
        ),
        (f"a\n\n{END}\n", r"x\.md has zoo:end in line 3"),
        (f"{END}\n{BEGIN}\n", r"x\.md has zoo:end in line 1 and zoo:begin in line 2"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", r"zoo:begin in line 1, zoo:begin in line 2 and zoo:end in line 3"),
        (f"{BEGIN}\n{END}\n\n{END}\n", r"zoo:end in line 2 and zoo:end in line 4"),
        ("nothing\n", r"x\.md has no markers"),
    ],
)
def test_markers_out_of_order_are_named_by_line(content: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        replace_marked(content.encode(), "new", path="x.md")
