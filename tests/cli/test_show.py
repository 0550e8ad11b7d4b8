import json
from collections.abc import Callable


def test_every_value_of_a_model(zoo: Callable, golden: Callable) -> None:
    golden("show-resnet50.txt", zoo("show", "ResNet-50").out)


def test_json_has_every_source(zoo: Callable) -> None:
    result = json.loads(zoo("show", "efficientnet_b1", "--json").out)
    assert result["slug"] == "efficientnetb1"
    assert [source["key"] for source in result["sources"]] == ["slides", "keras", "torchvision", "built"]


def test_an_unknown_model_is_one_line_with_the_nearest(zoo: Callable) -> None:
    printed = zoo("show", "resnet5")
    assert printed.code == 1
    assert printed.err == "zoo: unknown model 'resnet5'; did you mean 'resnet50' or 'resnet152' or 'resnet50v2'?\n"
