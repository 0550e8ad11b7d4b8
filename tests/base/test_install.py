import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelzoo.base import install
from modelzoo.base.install import install_command
from modelzoo.base.paths import ROOT


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let cnn-zoo be installed with this `direct_url.json`."""

    def write(direct_url: Any) -> None:
        text = json.dumps(direct_url) if isinstance(direct_url, dict) else direct_url
        monkeypatch.setattr(install, "distribution", lambda _: SimpleNamespace(read_text=lambda _: text))

    return write


def test_an_installation_from_an_index_is_extended_from_the_index(installed: Any) -> None:
    installed(None)
    assert install_command("bench") == 'pip install "cnn-zoo[bench]"'
    assert install_command("cuda", "--force-reinstall") == 'pip install --force-reinstall "cnn-zoo[cuda]"'


def test_a_checkout_stays_editable(installed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my checkout"
    folder.mkdir()
    installed({"url": folder.as_uri(), "dir_info": {"editable": True}})
    assert install_command("bench") == f'pip install -e "{folder}[bench]"'
    monkeypatch.chdir(folder)
    assert install_command("bench") == 'pip install -e ".[bench]"'


@pytest.mark.parametrize(
    ("direct_url", "address"),
    [
        (
            {"url": "file:///a/cnn_zoo-0.1.0-py3-none-any.whl", "archive_info": {"hash": "sha256=0"}},
            "file:///a/cnn_zoo-0.1.0-py3-none-any.whl",
        ),
        ({"url": "file:///a/cnn-zoo", "dir_info": {}}, "file:///a/cnn-zoo"),
        (
            {"url": "https://example.org/zoo", "vcs_info": {"vcs": "git", "commit_id": "01ab"}},
            "git+https://example.org/zoo@01ab",
        ),
    ],
    ids=["wheel", "folder", "repository"],
)
def test_an_installation_from_an_address_is_extended_from_there(direct_url: Any, address: str, installed: Any) -> None:
    installed(direct_url)
    assert install_command("bench") == f'pip install "cnn-zoo[bench] @ {address}"'


def test_a_checkout_on_the_path_can_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(install, "distribution", missing)
    monkeypatch.chdir(tmp_path)
    assert install_command("bench") == f'pip install -e "{ROOT}[bench]"'


def test_a_damaged_file_counts_as_none(installed: Any) -> None:
    installed("{")
    assert install_command("bench") == 'pip install "cnn-zoo[bench]"'


def test_no_hint_of_the_library_names_the_package_itself() -> None:
    sources = [path for path in (ROOT / "modelzoo").rglob("*.py") if path.name != "install.py"]
    assert [path.name for path in sources if "cnn-zoo[" in path.read_text(encoding="utf-8")] == []
