"""The pip command that adds an extra to this installation of cnn-zoo, however it was installed."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from modelzoo.base.paths import ROOT

_NAME = "cnn-zoo"


class _Folder(msgspec.Struct):
    editable: bool = False


class _Repository(msgspec.Struct):
    vcs: str
    commit_id: str


class _Origin(msgspec.Struct):
    """The content of ``direct_url.json`` (PEP 610), which pip writes unless a package is from an index."""

    url: str
    dir_info: _Folder | None = None
    vcs_info: _Repository | None = None


def install_command(extra: str, *options: str) -> str:
    """Return the command that installs an extra of cnn-zoo from where this installation is from.

    A checkout is installed as editable again, a file or a repository from its address, and else from the index.
    """
    return " ".join(["pip install", *options, _requirement(extra)])


def _requirement(extra: str) -> str:
    origin = _origin()
    if origin is None:
        return f'"{_NAME}[{extra}]"'
    if origin.dir_info and origin.dir_info.editable:
        folder = Path(unquote(urlsplit(origin.url).path))
        return f'-e "{"." if folder == _working_folder() else folder}[{extra}]"'
    address = origin.url
    if origin.vcs_info:
        address = f"{origin.vcs_info.vcs}+{address}@{origin.vcs_info.commit_id}"
    return f'"{_NAME}[{extra}] @ {address}"'


def _origin() -> _Origin | None:
    """Return where this installation is from; None for an index."""
    try:
        text = distribution(_NAME).read_text("direct_url.json")
        return msgspec.json.decode(text, type=_Origin) if text else None
    except PackageNotFoundError:  # a checkout on the path
        return _Origin(url=ROOT.as_uri(), dir_info=_Folder(editable=True))
    except msgspec.DecodeError:
        return None


def _working_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return None
