"""Where a network is cut: before its head, at one tensor."""

from typing import Any

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.training.head import cut_at_head

pytestmark = [
    pytest.mark.xdist_group("keras"),
    pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning"),
]


def network(kind: str) -> Any:
    """A classifier of (8, 8, 3) images in four classes: plain, in a network within a network, with two branches …"""
    import keras
    from keras import layers

    images = keras.Input((8, 8, 3), dtype="uint8")
    maps = layers.Conv2D(6, 3, name="first")(keras.ops.cast(images, "float32"))
    if kind == "residual":
        maps = layers.Add()([maps, layers.Dropout(0.5)(layers.Conv2D(6, 1, name="branch")(maps))])
    if kind == "two tensors":
        both = [layers.GlobalAveragePooling2D()(layers.Conv2D(6, 1)(maps)) for _ in range(2)]
        parts = [layers.Dense(4, name=f"logits{index}")(part) for index, part in enumerate(both)]
        return keras.Model(images, layers.Add()(parts), name=kind.replace(" ", "-"))
    features = layers.GlobalAveragePooling2D()(maps)
    hidden = layers.Dense(5, activation="relu", name="hidden")(layers.Dropout(0.3)(features))
    inner = keras.Model(images, layers.Activation("linear")(layers.Dense(4, name="logits")(hidden)), name="plain")
    if kind != "nested":
        return inner
    outer = keras.Input((8, 8, 3), dtype="uint8")
    return keras.Model(outer, keras.ops.multiply(inner(outer), 1.0), name="nested")


def names(part: Any) -> list[str]:
    return [layer.name for layer in part.layers if layer.weights]


@pytest.mark.parametrize("kind", ["plain", "nested", "residual"])
def test_the_head_begins_after_the_pooled_features_and_before_its_dropout(kind: str) -> None:
    whole = network(kind)
    backbone, head = cut_at_head(whole, ["hidden", "logits"])
    assert backbone.output_shape == (None, 6)
    assert names(backbone) == (["first", "branch"] if kind == "residual" else ["first"])
    assert names(head) == ["hidden", "logits"]
    assert any("dropout" in layer.name for layer in head.layers)
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    assert np.array_equal(head(backbone(images)), whole(images))


def test_backbone_and_head_have_the_weights_of_the_network_themselves() -> None:
    whole = network("nested")
    backbone, head = cut_at_head(whole, ["logits"])
    assert {id(weight) for weight in (*backbone.weights, *head.weights)} == {id(weight) for weight in whole.weights}
    assert names(head) == ["logits"]
    assert backbone.output_shape == (None, 5)


def test_where_all_layers_have_weights_the_last_one_is_the_head() -> None:
    assert names(cut_at_head(network("plain"), [])[1]) == ["logits"]


@pytest.mark.parametrize(
    ("kind", "new"), [("two tensors", ["logits0", "logits1"]), ("plain", ["first", "logits"])], ids=["two", "inside"]
)
def test_a_head_that_no_single_tensor_feeds_is_refused_by_name(kind: str, new: list[str]) -> None:
    with pytest.raises(ZooError, match=rf"^frozen_epochs: no features of .* its head, {', '.join(new)}; leave"):
        cut_at_head(network(kind), new)
