"""Charts: equal files for equal results, and one error for each wrong suffix."""

import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from modelzoo.charts import style
from modelzoo.charts.save import plot
from modelzoo.errors import ZooError


def square() -> Any:
    """Return a figure with text and a clip path, which has an id in SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1])
    axes.set_title("Rising")
    return figure


@pytest.mark.parametrize(("form", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_the_same_figure_gives_the_same_file_without_a_date(tmp_path: Path, form: str, start: bytes) -> None:
    pytest.importorskip("matplotlib")
    files = [tmp_path / f"square{form.upper()}", tmp_path / f"again{form}"]
    for path in files:
        plot(square, str(path))
    written = files[0].read_bytes()
    assert written == files[1].read_bytes()
    assert written.startswith(start)
    assert not [word for word in (b"dc:date", b"CreationDate", b"Software") if word in written]


def test_a_figure_is_returned_with_and_without_a_file(tmp_path: Path) -> None:
    figure_module = pytest.importorskip("matplotlib.figure")
    assert isinstance(plot(square), figure_module.Figure)
    assert isinstance(plot(square, tmp_path / "a.svg"), figure_module.Figure)
    assert b">Rising</text>" in (tmp_path / "a.svg").read_bytes()


def test_a_file_that_cannot_be_written_is_refused_before_the_chart_is_drawn(tmp_path: Path) -> None:
    def never() -> Any:
        raise AssertionError

    with pytest.raises(ZooError, match=r"cannot draw .*a\.gif: suffix '\.gif'; expected one of \.png, \.svg, \.pdf$"):
        plot(never, tmp_path / "a.gif")
    with pytest.raises(ZooError, match=r"no folder .*none; choose one that exists"):
        plot(never, tmp_path / "none" / "a.svg")
    assert not list(tmp_path.iterdir())


def titled(title: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3, 1))
    figure.add_subplot().set_title(title)
    figure.canvas.draw()
    return figure


def test_a_dollar_sign_begins_no_formula(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot(lambda: titled(r"$\frac and $1"), tmp_path / "a.svg")
    assert rb"$\frac and $1</text>" in (tmp_path / "a.svg").read_bytes()


def test_characters_that_no_font_has_are_named_in_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    font_manager = pytest.importorskip("matplotlib.font_manager")
    own = [font for font in font_manager.fontManager.ttflist if "DejaVu" in font.name or "Last Resort" in font.name]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    with pytest.warns(UserWarning, match=r"^the chart shows boxes for 中글한: no installed font .*s$") as warned:
        plot(lambda: titled("é 한글 中"))
    assert len(warned) == 1


def test_characters_that_the_font_lacks_are_drawn_in_another_installed_font_as_outlines(
    recwarn: pytest.WarningsRecorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    omega = "\N{GREEK CAPITAL LETTER OMEGA}"  # DejaVu has it; Computer Modern, the font here, does not
    fonts: list[Any] = []

    def draw() -> Any:
        import matplotlib

        fonts.append(list(matplotlib.rcParams["font.family"]))
        return titled(f"A{omega}")

    monkeypatch.setattr(style, "STYLE", {**style.STYLE, "font.family": "cmr10"})
    plot(draw, tmp_path / "a.svg")
    assert b"</text>" not in (tmp_path / "a.svg").read_bytes()
    first, second = fonts
    assert first == ["cmr10"]
    assert second[0] == "cmr10"
    assert len(second) == 2
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_an_error_without_matplotlib_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ZooError, match="install it with `pip install matplotlib`"):
        plot(square, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", [".png", ".svg", ".pdf"])
def test_any_name_is_drawn_as_it_is(tmp_path: Path, form: str) -> None:
    pytest.importorskip("matplotlib")
    names = ["B$x^$_a", "C$", "a\x1b\u202eb", "two\nlines"]

    def named() -> Any:
        from matplotlib.figure import Figure

        drawing = Figure()
        for row, name in enumerate(names):
            drawing.text(0.1, 0.1 * row, name)
        return drawing

    plot(named, tmp_path / f"a{form}")
    written = (tmp_path / f"a{form}").read_bytes()
    if form == ".svg":
        texts = [element.text for element in ElementTree.fromstring(written).iter("{http://www.w3.org/2000/svg}text")]
        assert texts == ["B$x^$_a", "C$", r"a\x1b\u202eb", "two", "lines"]
