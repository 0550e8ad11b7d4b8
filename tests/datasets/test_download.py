"""Getting EMNIST: whole files of the asked-for splits, or nothing and a line that says what to do."""

import errno
import gzip
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from modelzoo.datasets.download import NIST, Source, fetch, members
from modelzoo.datasets.emnist import CLASSES
from modelzoo.errors import ZooError


def zipped(names: list[str]) -> bytes:
    """An archive like NIST's, its files' content their name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, gzip.compress(name.encode()))
    return file.getvalue()


def everything() -> list[str]:
    return [f"gzip/{name}" for split in CLASSES for name in members(split)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[bytes], Source]]:
    """Serve an archive on this machine, and say where; its checksum is the archive's."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def serve(data: bytes) -> Source:
        (folder / "gzip.zip").write_bytes(data)
        address = f"http://127.0.0.1:{server.server_address[1]}/gzip.zip"
        return Source(address, hashlib.sha256(data).hexdigest(), size_mib=1)

    yield serve
    server.shutdown()
    server.server_close()


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_all_six_splits_are_unpacked(served: Callable, tmp_path: Path) -> None:
    data = tmp_path / "data"
    fetched = fetch("emnist", data_dir=data, source=served(zipped(everything())))
    expected = sorted(name for split in CLASSES for name in members(split))
    assert sorted(path.name for path in fetched.written) == expected
    assert files_below(data) == ["emnist", *(f"emnist/{name}" for name in expected)]
    for path in fetched.written:
        assert gzip.decompress(path.read_bytes()).decode() == f"gzip/{path.name}"
    assert len(expected) == 30


@pytest.mark.parametrize(("name", "splits"), [("emnist", ["digits", "mnist"]), ("emnist-digits", None)])
def test_only_the_asked_for_splits_are_unpacked(
    name: str, splits: list[str] | None, served: Callable, tmp_path: Path
) -> None:
    fetch(name, splits, tmp_path / "data", source=served(zipped(everything())))
    written = [path.name for path in (tmp_path / "data" / "emnist").iterdir()]
    assert sorted(written) == sorted(file for split in splits or ["digits"] for file in members(split))


def test_members_with_other_names_are_written_nowhere(served: Callable, tmp_path: Path) -> None:
    strange = ["../outside", "/absolute", "gzip/../../outside", "emnist-digits-mapping.txt", "gzip/else"]
    fetch("emnist-digits", data_dir=tmp_path / "data", source=served(zipped([*strange, *everything()])))
    assert files_below(tmp_path) == sorted(
        ["data", "data/emnist", *(f"data/emnist/{name}" for name in members("digits")), "served", "served/gzip.zip"]
    )


def test_what_is_there_is_not_fetched_again(served: Callable, tmp_path: Path) -> None:
    source = served(zipped(everything()))
    fetch("emnist-digits", data_dir=tmp_path, source=source)
    (tmp_path / "emnist" / members("digits")[0]).write_bytes(b"mine")
    again = fetch("emnist-digits", data_dir=tmp_path, source=Source("http://nowhere.invalid/", "", 1))
    assert (again.written, again.present) == ((), ("digits",))
    more = fetch("emnist", ["digits", "mnist"], tmp_path, source=source)
    assert [path.name for path in more.written] == members("mnist")
    assert (tmp_path / "emnist" / members("digits")[0]).read_bytes() == b"mine"


def test_a_removed_file_is_got_again_and_no_other_replaced(served: Callable, tmp_path: Path) -> None:
    source = served(zipped(everything()))
    fetch("emnist-digits", data_dir=tmp_path, source=source)
    removed, mine, *_ = (tmp_path / "emnist" / name for name in members("digits"))
    removed.unlink()
    mine.write_bytes(b"mine")
    assert fetch("emnist-digits", data_dir=tmp_path, source=source).written == (removed,)
    assert mine.read_bytes() == b"mine"


def test_the_archive_is_kept_where_that_is_asked(served: Callable, tmp_path: Path) -> None:
    data = zipped(everything())
    fetched = fetch("emnist-digits", data_dir=tmp_path, keep=True, source=served(data))
    assert fetched.archive == tmp_path / "emnist" / "gzip.zip"
    assert fetched.archive.read_bytes() == data


def test_progress_begins_with_the_size(served: Callable, tmp_path: Path) -> None:
    lines: list[str] = []
    source = served(zipped(everything()) + bytes(4 << 20))
    with pytest.raises(ZooError):
        fetch("emnist", data_dir=tmp_path, report=lines.append, source=Source(source.address, "0", 5))
    assert lines[0] == f"getting {source.address}, 5 MiB"
    assert lines[1:-1] == ["1 of 4 MiB", "2 of 4 MiB", "3 of 4 MiB", "4 of 4 MiB"]
    assert lines[-1] == "checking its SHA-256"


def refused(tmp_path: Path, **settings: object) -> str:
    """The one line of a refusal that left nothing in the data folder."""
    data = tmp_path / "data"
    with pytest.raises(ZooError) as error:
        fetch("emnist", data_dir=data, **settings)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    assert files_below(data) == []
    return str(error.value)


def test_another_file_than_nists_is_not_unpacked(served: Callable, tmp_path: Path) -> None:
    source = served(b"<!DOCTYPE html>")
    message = refused(tmp_path, source=Source(source.address, NIST.sha256, 1))
    assert message.startswith(f"the file from {source.address} has SHA-256 {source.sha256}, NIST's archive fb9bb67e")
    assert f"get {source.address} by hand and run `zoo data get emnist --archive PATH/gzip.zip`" in message


def test_without_a_network_the_way_by_hand_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/gzip.zip"
    message = refused(tmp_path, source=Source(address, "0", 1))
    assert message.startswith(f"cannot get {address} (")
    assert "Connection refused" in message
    assert f"get {address} by hand and run `zoo data get emnist --archive PATH/gzip.zip`" in message


def test_a_page_that_is_not_there_is_said(served: Callable, tmp_path: Path) -> None:
    source = served(b"")
    assert "404" in refused(tmp_path, source=Source(f"{source.address}.old", "0", 1))


def test_a_download_ends_at_the_announced_size(served: Callable, tmp_path: Path) -> None:
    source = served(bytes(3 << 20))
    message = refused(tmp_path, source=Source(source.address, source.sha256, 1))
    assert message.startswith(f"{source.address} sends more than 1 MiB, the size of NIST's archive; nothing was left")


@pytest.mark.parametrize("head", ["404 Gone \x1b[2J\u202e", "200 OK\r\nContent-Length: many"])
def test_an_answer_of_odd_characters_is_one_printable_line(head: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(f"HTTP/1.1 {head}\r\n\r\n".encode())

        Thread(target=answer, daemon=True).start()
        message = refused(tmp_path, source=Source(f"http://127.0.0.1:{server.getsockname()[1]}/gzip.zip", "0", 1))
    assert message.isprintable()
    assert "by hand" in message


def test_a_connection_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000))

        Thread(target=answer, daemon=True).start()
        source = Source(f"http://127.0.0.1:{server.getsockname()[1]}/gzip.zip", "0", 1)
        assert refused(tmp_path, source=source).startswith(f"cannot get {source.address} (")


def test_a_disk_without_room_is_said_before_the_download(
    served: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = served(zipped(everything()))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    assert "has 1 MiB free and EMNIST takes 2 while it is unpacked; free some space" in refused(tmp_path, source=source)


def test_a_disk_that_fills_leaves_nothing(served: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    source = served(zipped(everything()))
    with monkeypatch.context() as patch:
        patch.setattr("pooch.HTTPDownloader.__call__", full)
        message = refused(tmp_path, source=source)
    assert "No space left on device; nothing was left behind; free some space" in message
    monkeypatch.setattr("os.fsync", full)
    assert "No space left on device" in refused(tmp_path, source=source)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ZooError, match=r"cannot make the folder .*file/emnist: Not a directory; name another"):
        fetch("emnist", data_dir=tmp_path / "file")


def test_a_file_got_by_hand_is_checked_and_left_where_it_is(served: Callable, tmp_path: Path) -> None:
    source = served(zipped(everything()))
    archive = tmp_path / "served" / "gzip.zip"
    fetched = fetch("emnist-mnist", data_dir=tmp_path / "data", archive=archive, source=source)
    assert len(fetched.written) == 5
    assert archive.exists()
    with pytest.raises(
        ZooError, match=rf"gzip\.zip has SHA-256 {source.sha256}, .* {NIST.sha256}.*; remove it and get"
    ):
        fetch("emnist-digits", data_dir=tmp_path / "data", archive=archive)
    with pytest.raises(ZooError, match=r"none\.zip cannot be read: No such file or directory"):
        fetch("emnist-digits", data_dir=tmp_path / "data", archive=tmp_path / "none.zip")


def test_an_archive_that_lacks_a_file_is_refused(served: Callable, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"cannot be unpacked: .*gzip/emnist-byclass-train-images"):
        fetch("emnist-byclass", data_dir=tmp_path, source=served(zipped(everything()[:3])))
    with pytest.raises(ZooError, match=r"cannot be unpacked: File is not a zip file"):
        fetch("emnist-byclass", data_dir=tmp_path, source=served(b"no zip"))


@pytest.mark.parametrize(
    ("name", "splits", "found"),
    [
        ("emnist", ["balancd"], "unknown split of EMNIST 'balancd'; did you mean 'balanced'?"),
        ("emnsit", None, "unknown data set to download 'emnsit'; did you mean 'emnist'"),
        ("glyphs", None, "unknown data set to download 'glyphs'; known: emnist, emnist-balanced"),
        ("emnist-mnist", ["digits"], "name `emnist` with `splits` digits"),
    ],
)
def test_what_cannot_be_got_is_refused_with_what_can(name: str, splits: list[str] | None, found: str) -> None:
    with pytest.raises(ZooError) as error:
        fetch(name, splits)
    assert found in str(error.value)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_a_killed_download_leaves_no_file(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/gzip.zip"
        code = (
            "from pathlib import Path; from modelzoo.datasets.download import Source, fetch;"
            f"fetch('emnist', data_dir=Path({str(tmp_path)!r}), source=Source({address!r}, '0', 1))"
        )
        with subprocess.Popen([sys.executable, "-c", code]) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + bytes(1 << 20))
                # The process has taken most of it: what is sent beyond the socket's buffers waits for it.
                process.send_signal(signal.SIGKILL)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
