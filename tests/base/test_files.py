"""Files as input: regular ones alone."""

import os
import tracemalloc
from pathlib import Path

import pytest

from modelzoo.base.files import open_regular, read_bytes, read_text
from modelzoo.errors import ZooError


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, kind in ((tmp_path / "pipe", "pipe"), (Path("/dev/zero"), "device"), (tmp_path, "folder")):
        with pytest.raises(ZooError, match=f"is a {kind}.*expected a regular file"):
            open_regular(path)


@pytest.mark.parametrize("name", ["gone", "a\0b", "n" * 300, "café"])
def test_a_file_that_cannot_be_opened_is_named_with_the_reason(tmp_path: Path, name: str) -> None:
    with pytest.raises(ZooError, match=r"cannot be read: .*\w; check the path"):
        read_bytes(tmp_path / name)


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(ZooError, match="symbolic links"):
        read_bytes(tmp_path / "a")


def test_a_file_above_the_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"12345")
    assert read_bytes(tmp_path / "large", at_most=5) == b"12345"
    with pytest.raises(ZooError, match="larger than 4 bytes"):
        read_bytes(tmp_path / "large", at_most=4)


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"12345")
    tracemalloc.start()
    try:
        read_bytes(tmp_path / "small")
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


def test_text_has_no_byte_order_mark_and_one_kind_of_line_end(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("\ufeffa\r\né\rb\n".encode())
    assert read_text(tmp_path / "text") == "a\né\nb\n"


def test_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"a\nb\ncaf\xe9\n")
    with pytest.raises(ZooError, match=r"text:3: the text is not UTF-8 \(byte 0xe9\); save the file as UTF-8"):
        read_text(path)
    path.write_bytes("ä".encode("utf-16"))
    with pytest.raises(ZooError, match="UTF-16"):
        read_text(path)
