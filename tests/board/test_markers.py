"""Only what is between the markers changes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modelzoo.board.markers import BEGIN, END, has_markers, replace_marked
from modelzoo.errors import ZooError

ANY = st.binary(max_size=60)


def outside(content: bytes) -> tuple[bytes, bytes]:
    return content[: content.index(BEGIN.encode())], content[content.index(END.encode()) + len(END) :]


# Text without backticks, tildes and markers of its own; those have their own tests.
plain = st.binary(max_size=80).filter(lambda text: not set(b"`~<") & set(text))


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
    "shown",
    [
        "Put `<!-- zoo:begin -->` and `<!-- zoo:end -->` there.\n",
        "``<!-- zoo:begin -->``\n",
        "```\n<!-- zoo:begin -->\n<!-- zoo:end -->\n```\n",
        "~~~~ markdown\n<!-- zoo:begin -->\n~~~\n<!-- zoo:end -->\n~~~~\n",
        "  ```html\r\n<!-- zoo:end -->\r\n  ```\r\n",
    ],
)
def test_markers_in_code_are_talk_about_markers(shown: str) -> None:
    assert not has_markers(shown.encode())
    content = (shown + f"{BEGIN}\n{END}\n" + shown).encode()
    changed = replace_marked(content, "new", path="x.md")
    assert changed.replace(b"\r\n", b"\n") == (shown + f"{BEGIN}\nnew\n{END}\n" + shown).replace("\r\n", "\n").encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"a\n{BEGIN}\nb\n", r"x\.md:2: <!-- zoo:begin --> without an <!-- zoo:end --> after it; expected one"),
        (f"a\n\n{END}\n", r"x\.md:3: <!-- zoo:end --> without a <!-- zoo:begin --> before it"),
        (f"{END}\n{BEGIN}\n", r"x\.md:1: <!-- zoo:end --> without a <!-- zoo:begin --> before it"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", r"x\.md:2: a second <!-- zoo:begin --> \(the first is in line 1\)"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", r"x\.md:3: a second <!-- zoo:begin -->"),
        (f"{BEGIN}\n{END}\n\n{END}\n", r"x\.md:4: a second <!-- zoo:end --> \(the first is in line 2\)"),
        ("nothing\n", r"x\.md:1: no <!-- zoo:begin -->"),
    ],
)
def test_markers_out_of_order_are_named_by_line(content: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        replace_marked(content.encode(), "new", path="x.md")
