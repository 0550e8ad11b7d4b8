"""The site is built by Zensical and by MkDocs without a warning. It asks no other host, and no link is broken."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

# Elements that make a browser ask for a file; a plain link asks nothing before a click.
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def copy_sources(folder: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for name in ("docs", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("results"))
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)


def build(folder: Path, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", tool, "build", "--strict", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    pytest.importorskip("zensical", reason="the group docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    copy_sources(folder)
    done = build(folder, "zensical")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder / "site"


class Page(HTMLParser):
    """The anchors, links and loaded files of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if (address := values.get(LOADS.get(tag, ""))) and values.get("rel") != "canonical":
            self.loaded.append(address)


def test_every_link_and_image_is_there(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 1
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                broken.append(f"{path.relative_to(site)}: {link} is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                broken.append(f"{path.relative_to(site)}: {link} is no anchor")
    assert broken == []


def test_no_page_asks_another_host(site: Path) -> None:
    asked = [
        f"{path.relative_to(site)}: {address}"
        for path in site.rglob("*.html")
        for address in Page(path).loaded
        if urlsplit(address).netloc
    ]
    style = re.compile(r"""(?:@import\s+|url\()['"]?(?:https?:)?//""")
    asked += [str(path) for path in [*site.rglob("*.css"), *site.rglob("*.html")] if style.search(path.read_text())]
    assert asked == []


@pytest.mark.parametrize(
    ("page", "text"), [("index.md", "[a](nowhere.md)"), ("index.md", "[a](reference/commands.md#nowhere)")]
)
def test_a_broken_link_fails_the_build(page: str, text: str, tmp_path: Path) -> None:
    pytest.importorskip("zensical", reason="the group docs is not installed")
    copy_sources(tmp_path)
    with (tmp_path / "docs" / page).open("a") as file:
        file.write(f"\n{text}\n")
    assert build(tmp_path, "zensical").returncode != 0


def test_every_page_is_in_the_navigation_and_every_entry_is_a_page() -> None:
    entries = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(entries) == sorted(pages)


def test_mkdocs_builds_the_same_pages(site: Path, tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="MkDocs is not installed")
    copy_sources(tmp_path)
    done = build(tmp_path, "mkdocs", "--theme", "mkdocs")
    assert done.returncode == 0, done.stderr[-2000:]
    built = [{path.relative_to(root) for path in root.rglob("*.html")} for root in (site, tmp_path / "site")]
    assert built[0] == built[1]
