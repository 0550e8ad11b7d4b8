from collections.abc import Mapping

import pytest
from scipy.stats import kendalltau

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.models import Model
from modelzoo.catalog.printed_value import read_value
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.scoring.source_agreement import SCORE, Agreement, compare_sources
from modelzoo.tables.table import render

Rows = Mapping[str, Mapping[str, str]]


def made(one: Rows, two: Rows) -> Catalog:
    """A catalog of two sources' cells by model and criterion."""
    sources = {
        key: Source(key, key, "", "", {}, {slug: figures(row) for slug, row in rows.items()})
        for key, rows in {"one": one, "two": two}.items()
    }
    return Catalog({slug: Model(slug, slug.upper()) for slug in {**one, **two}}, sources, CRITERIA, ("one",))


def figures(row: Mapping[str, str]) -> dict:
    return {key: read_value(text, CRITERIA[key]) for key, text in row.items()}


def column(key: str, **cells: str) -> dict[str, dict[str, str]]:
    return {slug: {key: text} for slug, text in cells.items()}


def only(catalog: Catalog, **options: object) -> Agreement:
    (agreement,) = compare_sources(catalog, "one", "two", **options).agreements
    return agreement


def test_kendall_s_tau_is_that_of_a_published_example() -> None:
    # Hollander & Wolfe (1973), Nonparametric Statistical Methods, p. 187: nine lots of tuna, 26 of 36 pairs agree.
    lightness = (44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1)
    panel = (2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8)
    one, two = (
        column("size", **{f"m{place}": str(value) for place, value in enumerate(values)})
        for values in (lightness, panel)
    )
    assert only(made(one, two)).kendall_tau == pytest.approx((26 - 10) / 36)


def test_ranks_follow_the_sense_and_ties_share_theirs() -> None:
    one = column("top1", a="90", b="80", c="80", d="70")
    two = column("top1", a="60", b="80", c="75", d="70")
    agreement = only(made(one, two))
    assert [(model.slug, model.ranks, model.move) for model in agreement.models] == [
        ("a", (1, 4), -3),
        ("b", (2, 1), 1),
        ("c", (2, 2), 0),
        ("d", (4, 3), 1),
    ]
    assert agreement.kendall_tau == pytest.approx(kendalltau([1, 2, 2, 4], [4, 1, 2, 3]).statistic)
    assert agreement.unmoved == 1
    assert [model.slug for model in agreement.moves] == ["a", "b", "d"]


def test_only_models_that_both_know_have_ranks() -> None:
    one = column("params", a="5M", b="6M", c="1M") | {"e": {}}
    two = column("params", a="5M", b="4M", d="1M") | {"e": {"params": "1M"}}
    assert [(model.slug, model.ranks) for model in only(made(one, two)).models] == [("a", (1, 2)), ("b", (2, 1))]


def test_a_correlation_that_is_not_defined_is_none() -> None:
    assert only(made(column("params", a="5M"), column("params", a="6M"))).kendall_tau is None
    tied = made(column("params", a="5M", b="5M"), column("params", a="6M", b="7M"))
    assert only(tied).kendall_tau is None
    assert "–" in render(compare_sources(tied, "one", "two").table(), "markdown")


def test_the_score_is_over_the_models_that_have_every_criterion_in_both() -> None:
    one = {slug: {"top1": top1, "params": "5M"} for slug, top1 in (("a", "90"), ("b", "80"), ("c", "70"))}
    two = {"a": {"top1": "70", "params": "9M"}, "b": {"top1": "80", "params": "5M"}, "c": {"top1": "60"}}
    *_, score = compare_sources(made(one, two), "one", "two", by="top1:2,params").agreements
    assert (score.key, [model.slug for model in score.models]) == (SCORE, ["a", "b"])
    # Bounds are over the two: in one source params is the same of both and gives 1, weighted 2/3.
    assert score.models[0].values == pytest.approx((4 / 3 + 2 / 3, 0))
    assert [model.ranks for model in score.models] == [(1, 2), (2, 1)]


def test_a_source_agrees_with_a_copy_of_itself_in_everything() -> None:
    shipped = load_catalog()
    slides = shipped.sources["slides"]
    copied = Catalog(shipped.models, {"slides": slides, "copy": slides}, shipped.criteria, ("slides",))
    for agreement in compare_sources(copied, "slides", "copy").agreements:
        assert agreement.kendall_tau == pytest.approx(1)
        assert not agreement.moves


def test_the_two_directions_mirror_each_other() -> None:
    shipped = load_catalog()
    forth = compare_sources(shipped, "slides", "keras").agreements
    back = compare_sources(shipped, "keras", "slides").agreements
    for one, other in zip(forth, back, strict=True):
        assert one.kendall_tau == pytest.approx(other.kendall_tau)
        assert {model.slug: model.move for model in one.models} == {model.slug: -model.move for model in other.models}


def test_the_slides_resnet50_is_the_largest_move_in_their_score() -> None:
    *_, score = compare_sources(load_catalog(), "slides", "keras").agreements
    assert len(score.models) == 14
    assert (score.moves[0].slug, score.moves[0].ranks) == ("resnet50", (9, 11))


def test_a_criterion_without_a_sense_waits_for_one() -> None:
    catalog = made(column("depth", a="5", b="6"), column("depth", a="7", b="6"))
    with pytest.raises(ZooError, match="no values of the same model to rank by"):
        compare_sources(catalog, "one", "two")
    assert only(catalog, by="depth:max").models[0].ranks == (1, 2)
    both = made({"a": {"depth": "5", "size": "5"}}, {"a": {"depth": "5", "size": "5"}})
    comparison = compare_sources(both, "one", "two")
    assert "depth has no sense of its own; name it in --by, as depth:max, to compare it" in comparison.notes


@pytest.mark.parametrize(
    ("sources", "by", "message"),
    [
        (("slides", "kears"), None, "unknown source 'kears'; did you mean 'keras'"),
        (("slides", "slides"), None, "named twice"),
        (("slides", "built"), "top1", "slides and built have no top1 of the same model"),
        (("slides", "keras"), "depth", "no depth of the same model"),
        (("slides", "keras"), "tops", "unknown criterion 'tops'"),
    ],
)
def test_what_cannot_be_compared_is_an_error(sources: tuple[str, str], by: str | None, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        compare_sources(load_catalog(), *sources, by=by)


def test_a_score_that_no_model_has_in_both_is_noted() -> None:
    comparison = compare_sources(load_catalog(), "slides", "keras", profile="edge")
    assert SCORE not in [item.key for item in comparison.agreements]
    assert "no model has top1, params, cpu in both; there is no score" in comparison.notes


def test_csv_has_raw_values_and_every_model() -> None:
    comparison = compare_sources(load_catalog(), "slides", "keras", by="params")
    lines = render(comparison.table(everything=True), "csv").splitlines()
    assert lines[0] == "name,criterion,slides,keras,slides_rank,keras_rank,move"
    assert len(lines) == 1 + len(comparison.agreements[0].models)
    assert lines[1] == "MobileNetV2,Params,3500000.0,3500000.0,1,1,0"
