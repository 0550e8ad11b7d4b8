"""Charts drawn by matplotlib: equal results give equal files."""

import io
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.base.atomic import write_atomically
from modelzoo.base.text import printable, reason
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Ids are not random; text stays text, and $ begins no formula.
_SETTINGS = {"svg.hashsalt": "zoo", "svg.fonttype": "none", "text.parse_math": False}
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


def save_figure(
    path: Path,
    forms: Sequence[str],
    draw: Callable[[], "Figure"],
    *,
    settings: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """Write the figure that `draw` returns, in the form that the path's suffix names; replace the file.

    Parameters
    ----------
    forms : allowed suffixes, of .png, .svg and .pdf
    settings, options : see `drawn`

    Raises
    ------
    ZooError
        If the suffix is not allowed, matplotlib is not installed, or the file cannot be written.
    """
    form = form_of(path, forms)
    write_atomically(path, drawn(draw, form, settings=settings, **options), follow_links=True)


def require_drawable(path: Path) -> None:
    """Check that a chart in one of FORMS can be written to `path`, before anything is computed.

    Raises
    ------
    ZooError
        If the suffix is no known form, or the folder is missing.
    """
    form_of(path, FORMS)
    if not path.parent.is_dir():
        raise ZooError(f"cannot write {path}: no folder {path.parent}; choose one that exists")


def form_of(path: Path, forms: Sequence[str]) -> str:
    """Return the path's suffix in lower case; raise ZooError if it is none of `forms`."""
    form = path.suffix.lower()
    if form not in forms:
        expected = f"expected one of {', '.join(forms)}" if len(forms) > 1 else f"name a file that ends in {forms[0]}"
        raise ZooError(f"cannot draw {path}: suffix {path.suffix!r}; {expected}")
    return form


def quiet_matplotlib() -> None:
    """Set matplotlib's log to errors: its warnings are of a folder for its cache, which changes no chart."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def drawn(
    draw: Callable[[], "Figure"], form: str, *, settings: Mapping[str, Any] | None = None, **options: Any
) -> bytes:
    """Return the content of a file with the figure that `draw` returns, in a form (.png, .svg or .pdf).

    Parameters
    ----------
    settings : matplotlib's rc settings, added to the ones of every chart
    options : options of matplotlib's `savefig`, such as dpi

    Texts are printable. Characters that the font lacks are drawn in other installed fonts. A UserWarning names those
    that no font has.
    """
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
    rc: dict[Any, Any] = {**_SETTINGS, **(settings or {})}
    out = io.BytesIO()
    with matplotlib.rc_context(rc), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")
        figure = draw()
        fonts, without = _other_fonts(figure)
        if fonts:
            matplotlib.rcParams["font.family"] = [*matplotlib.rcParams["font.family"], *fonts]
            figure = draw()
        for text in figure.findobj(Text):
            text.set_text("\n".join(map(printable, text.get_text().split("\n"))))
        figure.savefig(out, format=form[1:], metadata=dict(_METADATA[form]), **options)
    if without:
        named = printable("".join(without[:_NAMED])) + ("…" if without[_NAMED:] else "")
        warnings.warn(f"the chart shows boxes for {named}: no installed font has these characters", stacklevel=3)
    return out.getvalue()


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
