"""Writing pictures that matplotlib draws: the same result gives the same file, and every refusal reads alike."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# No ids by chance; text stays text.
_SETTINGS = {"svg.hashsalt": "zoo", "svg.fonttype": "none"}
# No date, and no version of what drew it.
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
    """Write what `draw` gives in the form that the path's suffix names, replacing the file.

    Parameters
    ----------
    forms : suffixes that are drawn, of .png, .svg and .pdf
    settings, options : as `drawn` takes them

    Raises
    ------
    ZooError
        If the suffix is another, matplotlib is not installed, or the file cannot be written.
    """
    form = form_of(path, forms)
    write_atomically(path, drawn(draw, form, settings=settings, **options))


def form_of(path: Path, forms: Sequence[str]) -> str:
    """The path's suffix in lower case, which must be one of `forms`."""
    form = path.suffix.lower()
    if form not in forms:
        expected = f"expected one of {', '.join(forms)}" if len(forms) > 1 else f"name a file that ends in {forms[0]}"
        raise ZooError(f"cannot draw {path}: suffix {path.suffix!r}; {expected}")
    return form


def drawn(
    draw: Callable[[], "Figure"], form: str, *, settings: Mapping[str, Any] | None = None, **options: Any
) -> bytes:
    """What `draw` gives, as a file of the form (.png, .svg or .pdf) has it.

    Parameters
    ----------
    settings : matplotlib's rc settings to draw with, beside those that every picture has
    options : of matplotlib's `savefig`, such as dpi
    """
    try:
        import matplotlib
    except ImportError:
        raise ZooError("pictures are drawn by matplotlib; install it with `pip install matplotlib`") from None
    rc: dict[Any, Any] = {**_SETTINGS, **(settings or {})}
    with matplotlib.rc_context(rc):
        out = io.BytesIO()
        draw().savefig(out, format=form[1:], metadata=dict(_METADATA[form]), **options)
    return out.getvalue()
