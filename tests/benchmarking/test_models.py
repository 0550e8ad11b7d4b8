"""What may be benched, by whatever name it goes."""

from pathlib import Path

import pytest

from modelzoo.benchmarking.models import resolve_model
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError

CATALOG = load_catalog()

pytestmark = pytest.mark.xdist_group("keras")


@pytest.mark.parametrize(
    ("name", "slug", "build", "smallest"),
    [
        ("EfficientNet-B1", "efficientnetb1", "keras:EfficientNetB1", 32),
        ("shufflenet", "shufflenet", "modelzoo:shufflenetv2-x0-5", 17),
        ("ShuffleNetV2 x1.0", "shufflenet", "modelzoo:shufflenetv2-x1-0", 17),
        ("lenet5-1998", "lenet5", "modelzoo:lenet5-1998", 32),
        ("keras:Xception", "kerasxception", "keras:Xception", 71),
        ("mobilenetv3small", "mobilenetv3small", "keras:MobileNetV3Small", 32),
    ],
)
def test_models_variants_builders_and_keras_applications_are_found(
    name: str, slug: str, build: str, smallest: int
) -> None:
    found = resolve_model(CATALOG, name)
    assert (found.slug, found.build, found.min_size) == (slug, build, smallest)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resnet5O", "unknown model 'resnet5o'; did you mean 'resnet50'"),
        ("keras:ResNet5O", "did you mean 'ResNet50'"),
        ("modelzoo:lenet6", "unknown architecture 'lenet6'"),
        ("no module:build", "package.module:function"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_near(name: str, words: str) -> None:
    with pytest.raises(ZooError, match=words):
        resolve_model(CATALOG, name)


@pytest.mark.parametrize("name", ["mynet", "mynet.py", "mynet.py:build"])
def test_a_file_in_place_of_a_builder_is_refused_with_the_builder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mynet.py").touch()
    with pytest.raises(ZooError, match=r"name .*: mynet:(build|FUNCTION)"):
        resolve_model(CATALOG, name)
