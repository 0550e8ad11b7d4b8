"""Charts drawn by matplotlib, and their files: equal results give equal files."""

import io
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.base.atomic import write_atomically
from modelzoo.base.text import printable, reason
from modelzoo.charts import style
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The characters that a message names of those without a glyph.
_NAMED = 20
# A font of boxes: it has a glyph for every character, and shows none.
_BOXES = "Last Resort"
FORMS = (".png", ".svg", ".pdf")
# No date, and no version of matplotlib.
_METADATA: Mapping[str, Mapping[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def plot(draw: Callable[[], "Figure"], path: str | Path | None = None) -> "Figure":
    """Return the figure that `draw` returns in the style of all charts; write it to `path` if there is one.

    Parameters
    ----------
    path : ends in .png, .svg or .pdf; the file is replaced

    Texts are printable. Characters that the font lacks are drawn in other installed fonts. A UserWarning names those
    that no font has.

    Raises
    ------
    ZooError
        If the suffix is another, matplotlib is not installed, or the file cannot be written.
    """
    _show_figures()
    if path is None:
        with _drawing(draw) as figure:
            return figure
    require_drawable(Path(path))
    form = _form_of(Path(path))
    out = io.BytesIO()
    with _drawing(draw) as figure:
        figure.savefig(out, format=form[1:], metadata=dict(_METADATA[form]))
    write_atomically(Path(path), out.getvalue(), follow_links=True)
    return figure


def _show_figures() -> None:
    """Make a notebook show figures, which it does by itself only after pyplot is imported."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib.figure import Figure

    if not any(Figure in formatter for formatter in shell.display_formatter.formatters.values()):
        select_figure_formats(shell, {"png"})  # type: ignore[no-untyped-call]


def require_drawable(path: Path) -> None:
    """Check that a chart can be written to `path`, before anything is computed.

    Raises
    ------
    ZooError
        If the suffix is no known form, or the folder is missing.
    """
    _form_of(path)
    if not path.parent.is_dir():
        raise ZooError(f"cannot write {path}: no folder {path.parent}; choose one that exists")


def _form_of(path: Path) -> str:
    form = path.suffix.lower()
    if form not in FORMS:
        raise ZooError(f"cannot draw {path}: suffix {path.suffix!r}; expected one of {', '.join(FORMS)}")
    return form


def quiet_matplotlib() -> None:
    """Set matplotlib's log to errors: its warnings are of a folder for its cache, which changes no chart."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


@contextmanager
def _drawing(draw: Callable[[], "Figure"]) -> Iterator["Figure"]:
    """Yield the figure, with the settings under which it is written."""
    quiet_matplotlib()
    try:
        import matplotlib
        from matplotlib.text import Text
    except ImportError:
        raise ZooError("charts are drawn by matplotlib; install it with `pip install matplotlib`") from None
    except OSError as error:  # it found no folder for its cache
        raise ZooError(
            f"matplotlib does not load: {reason(error)}; MPLCONFIGDIR names a folder for its cache"
        ) from error
    settings: dict[Any, Any] = {**style.STYLE}
    without: list[str] = []
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")
        figure = draw()
        fonts, without = _other_fonts(figure)
        if fonts:
            # As outlines, characters need no font where the file is shown.
            families: dict[Any, Any] = {
                "font.family": [*matplotlib.rcParams["font.family"], *fonts],
                "svg.fonttype": "path",
            }
            matplotlib.rcParams.update(families)
            figure = draw()
        for text in figure.findobj(Text):
            text.set_text("\n".join(map(printable, text.get_text().split("\n"))))
        yield figure
    if without:
        named = printable("".join(without[:_NAMED])) + ("…" if without[_NAMED:] else "")
        warnings.warn(f"the chart shows boxes for {named}: no installed font has these characters", stacklevel=4)


def _other_fonts(figure: "Figure") -> tuple[list[str], list[str]]:
    """Return installed fonts for the characters that the figure's font lacks, and the characters that none has."""
    from matplotlib import font_manager
    from matplotlib.text import Text

    written = {character for text in figure.findobj(Text) for character in text.get_text()}
    own = font_manager.get_font(font_manager.findfont(font_manager.FontProperties())).get_charmap()
    lacking = {ord(character) for character in written if character.isprintable()} - own.keys()
    fonts = []
    for font in sorted(font_manager.fontManager.ttflist, key=lambda font: (font.style != "normal", font.name)):
        if lacking and not font.name.startswith(_BOXES):
            found = lacking & font_manager.get_font(font.fname).get_charmap().keys()
            fonts += [font.name] if found else []
            lacking -= found
    return fonts, [chr(code) for code in sorted(lacking)]
