import pytest

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.recount import count_parameters, counts_csv, recount

BUILT = load_catalog().sources["built"].rows


def test_every_model_that_can_be_built_is_counted_in_the_models_order() -> None:
    models = load_catalog().models.values()
    counted = counts_csv(models, lambda build: (len(build), 1))
    assert [line.split(",")[0] for line in counted.splitlines()[1:]] == [model.slug for model in models if model.build]
    assert list(BUILT) == [model.slug for model in models if model.build]


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["lenet5", "mobilenet", "mobilenetv2", "efficientnetb0", "resnet50v2", "convnexttiny"])
def test_the_shipped_counts_are_the_built_networks(slug: str) -> None:
    figures = BUILT[slug]
    counts = count_parameters(load_catalog().models[slug].build)
    assert counts == (int(figures["params"].text), int(figures["trainable"].text))


def test_the_counts_are_written_as_the_catalog_reads_them(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load_catalog()
    known = {model.build: BUILT[model.slug] for model in catalog.models.values() if model.build}
    for variants in catalog.variants.values():
        known |= {f"modelzoo:{variant.slug}": variant.counts for variant in variants}
    monkeypatch.setattr(
        "modelzoo.recount.count_parameters",
        lambda build: (int(known[build]["params"].text), int(known[build]["trainable"].text)),
    )
    (tmp_path / "sources").mkdir()
    recount(tmp_path)
    for name in ("sources/built.csv", "variants.csv"):
        assert (tmp_path / name).read_bytes() == (paths.CATALOG / name).read_bytes()


@pytest.mark.parametrize("slug", ["lenet5-1998", "squeezenet1-1", pytest.param("darknet19", marks=pytest.mark.slow)])
def test_the_shipped_counts_of_variants_are_the_built_networks(slug: str) -> None:
    (variant,) = [item for items in load_catalog().variants.values() for item in items if item.slug == slug]
    counts = count_parameters(f"modelzoo:{slug}")
    assert counts == (int(variant.counts["params"].text), int(variant.counts["trainable"].text))
