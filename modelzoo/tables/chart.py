"""Charts drawn by matplotlib: equal results give equal files."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Ids are not random; text stays text.
_SETTINGS = {"svg.hashsalt": "zoo", "svg.fonttype": "none"}
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


def form_of(path: Path, forms: Sequence[str]) -> str:
    """Return the path's suffix in lower case; raise ZooError if it is none of `forms`."""
    form = path.suffix.lower()
    if form not in forms:
        expected = f"expected one of {', '.join(forms)}" if len(forms) > 1 else f"name a file that ends in {forms[0]}"
        raise ZooError(f"cannot draw {path}: suffix {path.suffix!r}; {expected}")
    return form


def drawn(
    draw: Callable[[], "Figure"], form: str, *, settings: Mapping[str, Any] | None = None, **options: Any
) -> bytes:
    """Return the content of a file with the figure that `draw` returns, in a form (.png, .svg or .pdf).

    Parameters
    ----------
    settings : matplotlib's rc settings, added to the ones of every chart
    options : options of matplotlib's `savefig`, such as dpi
    """
    try:
        import matplotlib
    except ImportError:
        raise ZooError("charts are drawn by matplotlib; install it with `pip install matplotlib`") from None
    rc: dict[Any, Any] = {**_SETTINGS, **(settings or {})}
    with matplotlib.rc_context(rc):
        out = io.BytesIO()
        draw().savefig(out, format=form[1:], metadata=dict(_METADATA[form]), **options)
    return out.getvalue()
