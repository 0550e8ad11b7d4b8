"""The heat map: its content, and refused input."""

from pathlib import Path

import pytest

from modelzoo.errors import ZooError
from modelzoo.sensitivity.heat_map import write_heat_map
from modelzoo.sensitivity.robustness import robustness

pytest.importorskip("matplotlib")


def test_the_chart_has_the_models_and_their_shares(tmp_path: Path) -> None:
    path = tmp_path / "robust.svg"
    write_heat_map(robustness(by="top5,params", samples=1000, rank_shares=True), path, top=3)
    text = path.read_text(encoding="utf-8")
    for word in (
        "EfficientNetB3",
        "EfficientNetB4",
        ">Rank<",
        "Ranks by top5, params: shares of all weightings",
        ">26<",
    ):
        assert word in text
    assert "EfficientNetB5" not in text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_result_gives_the_same_file(tmp_path: Path, suffix: str) -> None:
    result = robustness(by="top5,params", where="params<10M", samples=1000, rank_shares=True)
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    write_heat_map(result, one)
    write_heat_map(result, other)
    assert one.read_bytes() == other.read_bytes()


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"suffix '.pdf'; expected one of .png, .svg"):
        write_heat_map(robustness(by="top5", samples=1000, rank_shares=True), tmp_path / "robust.pdf")


def test_a_result_without_rank_shares_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="rank_shares=True"):
        write_heat_map(robustness(by="top5", samples=1000), tmp_path / "robust.png")
