"""The reader of `.npz` files."""

import errno
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.base.npz import read_npz
from modelzoo.errors import DamagedFileError, ZooError

ARRAYS = {
    "numbers": np.arange(6, dtype=np.float32).reshape(2, 3),
    "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "scalar": np.array(1.5),
    "empty": np.zeros((0, 3), np.uint8),
    "names": np.array(["a", "한"]),
    "big": np.array(["a"], ">U1"),
    "flags": np.array([True, False]),
}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_numpy_reads_them(tmp_path: Path, save: Any) -> None:
    save(tmp_path / "file.npz", **ARRAYS)
    read = read_npz(tmp_path / "file.npz")
    with np.load(tmp_path / "file.npz") as expected:
        assert list(read) == expected.files
        for name, array in expected.items():
            np.testing.assert_array_equal(read[name], array, strict=True)


def member(array: Any, header: bytes = b"", instead: bytes = b"") -> bytes:
    """Return the content of an `.npy` file with a part of its header replaced."""
    content = io.BytesIO()
    np.lib.format.write_array(content, np.asarray(array), allow_pickle=True)
    assert header in content.getvalue()
    return content.getvalue().replace(header, instead)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (member([1, 2, 3], b"(3,), }" + b" " * 9, b"(3999999999,), }"), "announces shape"),
        (member([1, 2, 3], b"(3,), } ", b"(-3,), }"), "announces shape"),
        (member([None]), "type object"),
        (member(np.zeros(2, "i4,f4")), "values of type"),
        (member(np.zeros(0, "U1"), b"U1", b"U0").replace(b"(0,), }" + b" " * 9, b"(9999999999,), }"), "values of type"),
        (member([1])[:-1], "announces shape"),
        (member(["a"], b"a\0\0\0", b"\xff\xff\xff\xff"), "no characters"),
        (b"text", "magic string"),
        (member([1], b"{'descr'", b"{'desc[["), "Error"),
    ],
)
def test_a_crafted_array_is_refused_before_it_takes_memory(tmp_path: Path, content: bytes, reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "file.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(DamagedFileError, match=rf"file\.npz is damaged or no \.npz file: .*{reason}"):
        read_npz(tmp_path / "file.npz")


def test_every_flipped_bit_is_an_error_or_changes_no_array(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "file.npz", **ARRAYS)
    whole = (tmp_path / "file.npz").read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for bit in rng.integers(0, 8 * len(whole), 300).tolist():
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        (tmp_path / "file.npz").write_bytes(data)
        try:
            read = read_npz(tmp_path / "file.npz")
        except DamagedFileError:
            refused += 1
            continue
        for name in read.keys() & ARRAYS.keys():
            np.testing.assert_array_equal(read[name], ARRAYS[name])
    assert refused > 100


def test_an_error_of_the_device_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "file.npz", **ARRAYS)

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(zipfile.ZipFile, "open", fails)
    with pytest.raises(ZooError, match="cannot be read: Input/output error") as raised:
        read_npz(tmp_path / "file.npz")
    assert not isinstance(raised.value, DamagedFileError)
