"""Speed and memory of the page of many models in Chromium, and the screenshot of the README.

Run by hand: `python tools/page.py` measures, `python tools/page.py --screenshot docs/images/board.png` draws. Both need
the package playwright and the program chromium. A slider step lasts from the start of its frame to the end of layout.
Its CPU time is that of the main thread, painting included; other programs change it little.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from modelzoo.board.build import leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.page.write import page_of
from modelzoo.runs.run import load_runs

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The measured models, which have no row in the sheet, are models too.
SIZES = (90, 990, 4_990)
STEPS = 30
CRITERIA = {"top5": "max", "gpu": "min", "params": "min", "size": "min"}
WIDTH, HEIGHT = 1400, 900
COLORS = 128
MB = 1e6

COLUMNS = {
    "file_kb": "file (kB)",
    "paint_ms": "first paint (ms)",
    "ready_ms": "ready (ms)",
    "cpu_ms": "slider step (CPU ms)",
    "step_ms": "slider step (ms)",
    "heap_mb": "heap (MB)",
    "process_mb": "process (MB)",
}

# Drags one slider by 0.1 in each of several frames; returns the milliseconds of each step.
MOVE = """async (steps) => {
  const slider = document.querySelector('#criteria .on input[type=range]');
  const times = [];
  for (let step = 0; step < steps; step += 1) {
    times.push(await new Promise((done) => {
      let start = 0;
      requestAnimationFrame(() => { start = performance.now(); });
      slider.value = step / 10;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      requestAnimationFrame(() => { document.body.offsetHeight; done(performance.now() - start); });
    }));
  }
  return times;
}"""

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
READY = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
        yield browser
        browser.close()


def write_catalog(path: Path, models: int) -> None:
    """Write a sheet of random models; large ones are accurate and slow, as in life."""
    rng = np.random.default_rng(0)
    params = np.round(10 ** rng.uniform(6, 8.5, models))
    noise = rng.normal(size=(3, models))
    columns = {
        "top5": 55 + 4.5 * np.log10(params) + noise[0],
        "gpu": params**0.4 / 100 * np.exp(0.4 * noise[1]),
        "params": params,
        "size": params * 4e-6 * np.exp(0.1 * noise[2]),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines = [
        ",".join(["name", *columns]),
        *(f"model {i},{','.join(f'{value:.9g}' for value in row)}" for i, row in enumerate(rows)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(browser: Browser, path: Path) -> dict[str, float]:
    """Return first paint, end of the first script and a slider step in ms, heap and process in MB."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{path.as_uri()}#by={','.join(CRITERIA)}")
    page.wait_for_timeout(1_500)
    process = renderer(browser)
    before = main_thread_ms(process)
    times: list[float] = page.evaluate(MOVE, STEPS)
    cpu_ms = (main_thread_ms(process) - before) / STEPS
    page.wait_for_timeout(1_000)
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    found = {
        "paint_ms": page.evaluate(PAINT),
        "ready_ms": page.evaluate(READY),
        "step_ms": statistics.median(times),
        "cpu_ms": cpu_ms,
        "heap_mb": page.evaluate("() => performance.memory.usedJSHeapSize") / MB,
        "process_mb": resident_mb(process),
    }
    page.close()
    return found


def renderer(browser: Browser) -> int:
    """Return the process that draws the page: the largest one that draws any."""
    processes: list[dict[str, Any]] = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max((int(process["id"]) for process in processes if process["type"] == "renderer"), key=resident_mb)


def resident_mb(process: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024 / MB


def main_thread_ms(process: int) -> float:
    """Return the CPU time of the main thread of a process in ms."""
    nanoseconds = Path(f"/proc/{process}/task/{process}/schedstat").read_text(encoding="utf-8").split()[0]
    return int(nanoseconds) / 1e6


def report() -> None:
    """Print a line for each number of models."""
    print("models", *COLUMNS.values(), sep="  ")
    runs, _ = load_runs()
    with open_browser() as browser, tempfile.TemporaryDirectory() as folder:
        for models in SIZES:
            sheet, path = Path(folder, "models.csv"), Path(folder, "board.html")
            write_catalog(sheet, models)
            by = ",".join(f"{key}:{sense}" for key, sense in CRITERIA.items())
            path.write_text(page_of(leaderboard(runs, load_catalog(sheet), published_by=by)), encoding="utf-8")
            found = measure(browser, path)
            found["file_kb"] = path.stat().st_size / 1000
            cells = (f"{found[key]:>{len(heading)}.0f}" for key, heading in COLUMNS.items())
            print(f"{models:>6,}", *cells, sep="  ")


def draw(target: Path) -> None:
    """Write a screenshot of the page of the real records."""
    runs, _ = load_runs()
    with open_browser() as browser, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "board.html")
        path.write_text(page_of(leaderboard(runs, load_catalog())), encoding="utf-8")
        page: Page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(path.as_uri())
        page.wait_for_timeout(1_000)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
    # The page has few colors; a palette takes a third of the bytes.
    Image.open(target).convert("RGB").quantize(COLORS).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="write the screenshot instead of measuring")
    target = parser.parse_args().screenshot
    draw(target) if target else report()
