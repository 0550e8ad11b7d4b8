"""FLOPs of small networks, counted by hand."""

from typing import Any

import pytest

from modelzoo.timing.flops import flops_of_image

pytestmark = pytest.mark.xdist_group("keras")

# 16 × 16 pixels, 16 channels out, kernels of 3 × 3 × 8, each a product and a sum.
DENSE = 2 * 16 * 16 * 16 * 9 * 8


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_a_convolution_in_groups_has_as_many_times_fewer_products(groups: int) -> None:
    keras = pytest.importorskip("keras")
    if keras.backend.backend() == "torch":
        pytest.skip("PyTorch does not tell")
    pictures: Any = keras.Input((16, 16, 8))
    layer = keras.layers.Conv2D(16, 3, padding="same", groups=groups, use_bias=False)
    found = flops_of_image(keras.Model(pictures, layer(pictures)))
    # XLA leaves out the products with padding.
    assert found == pytest.approx(DENSE / groups, rel=0.0 if keras.backend.backend() == "tensorflow" else 0.15)


def test_functions_run_as_before_afterwards() -> None:
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("TensorFlow's setting")
    import tensorflow as tf

    pictures: Any = keras.Input((4, 4, 1))
    flops_of_image(keras.Model(pictures, keras.layers.Flatten()(pictures)))
    assert not tf.config.functions_run_eagerly()
