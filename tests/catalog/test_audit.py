from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from modelzoo.catalog.audit import Finding, audit
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.models import Model
from modelzoo.catalog.printed_value import PrintedValue, read_value
from modelzoo.catalog.sources import Source
from modelzoo.catalog.variants import Variant
from modelzoo.tables.table import render

SHIPPED = audit(load_catalog())


def made(sources: Mapping[str, Mapping[str, Mapping[str, str]]], **bases: Mapping[str, str]) -> Catalog:
    """A catalog of these cells by source, model and criterion."""
    slugs = {slug: None for rows in sources.values() for slug in rows}

    def figures(row: Mapping[str, str]) -> dict[str, PrintedValue]:
        return {key: read_value(text, CRITERIA[key]) for key, text in row.items()}

    return Catalog(
        {slug: Model(slug, slug.upper()) for slug in slugs},
        {
            key: Source(key, key, "", "", {}, {slug: figures(row) for slug, row in rows.items()}, bases.get(key, {}))
            for key, rows in sources.items()
        },
        CRITERIA,
        tuple(sources)[:1],
    )


def found(kind: str, catalog: Catalog) -> list[Finding]:
    return [finding for finding in audit(catalog).findings if finding.kind == kind]


def shipped(kind: str) -> list[tuple[str, str]]:
    return [(item.slug, next(iter(item.figures))) for item in SHIPPED.findings if item.kind == kind]


def test_the_slides_resnet50_row_is_found_to_be_resnet50v2_s_and_no_other_row_is_suspected() -> None:
    (finding,) = [item for item in SHIPPED.findings if item.kind == "row"]
    assert finding.slug == "resnet50"
    assert "the row in slides is ResNet50V2's in keras: 5 of 5 values" in finding.text
    assert "2 of 5 agree with ResNet50's own row" in finding.text


def test_a_row_fits_another_only_where_its_own_does_not_and_enough_is_shared() -> None:
    own, other = {"size": "98", "top1": "74.9", "gpu": "4.6"}, {"size": "98", "top1": "76.0", "gpu": "4.4"}
    assert found("row", made({"one": {"a": other}, "two": {"a": own, "b": other}}))
    assert not found("row", made({"one": {"a": own}, "two": {"a": own, "b": own}}))
    few = {key: other[key] for key in ("size", "top1")}
    assert not found("row", made({"one": {"a": few}, "two": {"a": own, "b": other}}))
    assert not found("row", made({"one": {"a": other | {"top1": "75.5"}}, "two": {"a": own, "b": other}}))


def test_sizes_that_parameters_do_not_take_are_found() -> None:
    assert shipped("size") == [
        ("googlenet", "torchvision"),
        ("squeezenet", "slides"),
        ("senet", "slides"),
        ("efficientnetb0", "slides"),
        ("efficientnetb0", "keras"),
    ]


@pytest.mark.parametrize(
    ("size", "params", "odd"),
    [
        ("100", "25M", False),
        ("95.4", "25000000", False),
        ("109", "25000000", False),
        ("86.5", "25000000", False),
        ("111", "25000000", True),
        ("85", "25000000", True),
        ("35", "8M", False),
        ("115", "115M", True),
    ],
    ids=["MB", "MiB", "tenth over", "tenth under", "over", "under", "coarse count", "1 byte each"],
)
def test_a_size_may_be_in_either_megabyte_with_a_tenth_to_spare(size: str, params: str, odd: bool) -> None:
    assert bool(found("size", made({"one": {"a": {"size": size, "params": params}}}))) is odd


def test_counts_that_are_not_the_built_network_s_are_found() -> None:
    assert shipped("built") == [
        ("lenet5", "slides"),
        ("alexnet", "slides"),
        ("alexnet", "torchvision"),
        ("googlenet", "slides"),
        ("googlenet", "torchvision"),
        ("inceptionv3", "torchvision"),
        ("resnet50", "torchvision"),
        ("darknet", "slides"),
        ("shufflenet", "slides"),
        ("convnextbase", "slides"),
        ("convnextbase", "keras"),
        ("resnet101", "torchvision"),
        ("resnet152", "torchvision"),
        ("convnextlarge", "keras"),
        ("convnextxlarge", "keras"),
    ]


@pytest.mark.parametrize(
    ("printed", "basis", "miscounted"),
    [
        ("8.1M", "all parameters", False),
        ("8.0M", "trainable parameters", False),
        ("8.0M", "all parameters", True),
        ("8.0M", "", False),
        ("8.1M", "", False),
        ("8.3M", "", True),
    ],
)
def test_a_count_is_compared_with_what_its_source_says_it_counts(printed: str, basis: str, miscounted: bool) -> None:
    catalog = made(
        {"one": {"a": {"params": printed}}, "built": {"a": {"params": "8062504", "trainable": "7978856"}}},
        one={"params": basis} if basis else {},
    )
    assert bool(found("built", catalog)) is miscounted


def varied(printed: str, **counts: str) -> str:
    """What is found of that count where the built network has 9M, and the model has variants of these counts."""
    catalog = made({"one": {"a": {"params": printed}}, "built": {"a": {"params": "9000000", "trainable": "9000000"}}})

    def variant(slug: str, count: str) -> Variant:
        return Variant(slug, "a", {key: read_value(count, CRITERIA[key]) for key in ("params", "trainable")})

    variants = {"a": tuple(variant(slug, count) for slug, count in counts.items())}
    (finding,) = found("built", replace(catalog, variants=variants))
    return finding.text


def test_a_row_that_is_another_variant_s_says_which() -> None:
    assert varied("2.0M", b="9000000", c="1980000", d="2010000").endswith("; the row fits d (2,010,000), c (1,980,000)")


def test_a_row_that_fits_no_variant_names_the_two_nearest() -> None:
    text = varied("2.0M", b="9000000", c="1900000", d="2300000")
    assert text.endswith("; no variant fits, the nearest are c (1,900,000), d (2,300,000)")


def test_a_model_of_one_variant_has_nothing_to_add() -> None:
    assert "variant" not in varied("2.0M", b="9000000")


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("lenet5", "the row fits lenet5-1998 (60,000)"),
        ("darknet", "no variant fits, the nearest are darknet19 (20,856,776), darknet53 (41,609,928)"),
        ("shufflenet", "no variant fits, the nearest are shufflenetv2-x0-5 (1,366,792)"),
        ("googlenet", "no variant fits, the nearest are googlenet (6,998,552)"),
    ],
)
def test_the_slides_rows_are_told_from_the_variants(slug: str, said: str) -> None:
    texts = [item.text for item in SHIPPED.findings if (item.kind, item.slug) == ("built", slug)]
    assert said in texts[0]


def test_a_difference_is_more_than_rounding() -> None:
    assert found("difference", made({"one": {"a": {"top1": "74.9"}}, "two": {"a": {"top1": "75.0"}}}))
    assert not found("difference", made({"one": {"a": {"params": "8M"}}, "two": {"a": {"params": "8.1M"}}}))


def test_a_difference_between_stated_bases_is_expected() -> None:
    cells = {"one": {"a": {"top1": "71.3"}}, "two": {"a": {"top1": "71.9"}}}
    (finding,) = found("difference", made(cells, one={"top1": "X's weights"}, two={"top1": "Y's weights"}))
    assert finding.expected == "X's weights and Y's weights"
    (finding,) = found("difference", made(cells, one={"top1": "X's weights"}))
    assert finding.expected == ""


def test_a_figure_without_a_basis_contradicts_a_source_only_where_it_is_no_other_s() -> None:
    bases = {"two": {"top1": "X's weights"}, "three": {"top1": "Y's weights"}}
    others = {"two": {"a": {"top1": "71.3"}}, "three": {"a": {"top1": "71.9"}}}
    (finding,) = found("difference", made({"one": {"a": {"top1": "71.3"}}, **others}, **bases))
    assert finding.expected
    (finding,) = found("difference", made({"one": {"a": {"top1": "71.5"}}, **others}, **bases))
    assert not finding.expected


def test_differing_counts_are_expected_only_where_each_is_the_built_network_s() -> None:
    cells = {"one": {"a": {"params": "8.1M"}}, "built": {"a": {"params": "8062504", "trainable": "7978856"}}}
    bases = {"one": {"params": "all parameters"}, "two": {"params": "trainable parameters"}}
    (finding,) = found("difference", made(cells | {"two": {"a": {"params": "7978856"}}}, **bases))
    assert finding.expected
    (finding,) = found("difference", made(cells | {"two": {"a": {"params": "7000000"}}}, **bases))
    assert not finding.expected


def test_the_table_leaves_out_what_is_expected_and_says_so() -> None:
    expected = [finding for finding in SHIPPED.findings if finding.expected]
    table, everything = SHIPPED.table(), SHIPPED.table(everything=True)
    assert len(everything.rows) - len(table.rows) == len(expected) > 50
    assert f"{len(expected)} differences" in table.notes[0]
    assert everything.notes == []
    assert len(SHIPPED.findings) == len(everything.rows)


def test_every_figure_of_a_finding_is_one_that_its_source_prints() -> None:
    catalog = load_catalog()
    for finding in SHIPPED.findings:
        if finding.kind == "difference":
            for source, text in finding.figures.items():
                assert catalog.sources[source].rows[finding.slug][finding.criterion or ""].text == text


def test_a_catalog_that_agrees_with_itself_has_no_findings() -> None:
    catalog = made({"one": {"a": {"size": "100", "params": "25M", "top1": "71"}}})
    again = replace(catalog, sources={**catalog.sources, "two": replace(catalog.sources["one"], key="two")})
    assert audit(again).findings == ()
    assert "0 findings" in render(audit(again).table(), "markdown")


def test_the_audit_of_one_model_has_the_findings_of_the_whole_audit() -> None:
    catalog = load_catalog()
    whole = audit(catalog).findings
    for slug in {finding.slug for finding in whole}:
        assert audit(catalog, slug).findings == tuple(finding for finding in whole if finding.slug == slug)
