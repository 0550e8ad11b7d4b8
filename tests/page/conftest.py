"""The page of the real records in the system's Chromium; tests skip where Chromium or Playwright is missing."""

import shutil

import pytest

from modelzoo.board.build import leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.page.write import page_of
from modelzoo.runs.run import load_runs

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 30_000


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs the program chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS, timeout=4 * TIMEOUT_MS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    runs, _ = load_runs(tmp_path_factory.mktemp("runs"))
    return runs


@pytest.fixture(scope="session")
def board(shipped):
    return leaderboard(shipped, load_catalog())


@pytest.fixture(scope="session")
def board_file(board, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "board.html"
    path.write_text(page_of(board), encoding="utf-8")
    return path


@pytest.fixture
def open_page(browser, board_file):
    """Open the page with a fragment; at the end no request, no message and no error may have come."""
    contexts, problems = [], []

    def opened(fragment="", *, file=board_file, width=1400, color_scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=color_scheme, **options)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", lambda request: None if request.url.startswith("file:") else problems.append(request.url))
        page.goto(file.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("#table[aria-busy=false]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
