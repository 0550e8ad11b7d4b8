import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.recount import count_parameters, counts_csv, recount

BUILT = load_catalog().sources["built"].figures


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
    known = {model.build: BUILT[model.slug] for model in load_catalog().models.values() if model.build}
    monkeypatch.setattr(
        "modelzoo.recount.count_parameters",
        lambda build: (int(known[build]["params"].text), int(known[build]["trainable"].text)),
    )
    recount(tmp_path / "built.csv")
    from modelzoo import content

    assert (tmp_path / "built.csv").read_bytes() == (content.CATALOG / "sources" / "built.csv").read_bytes()
