"""The networks of this project: the builder, the input and the model of each. This module imports Keras."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from modelzoo.architectures.alexnet import build_alexnet
from modelzoo.architectures.contract import CAFFE, CENTERED, LENET, TORCH, UNIT, PixelContract
from modelzoo.architectures.cspnet import build_cspdarknet53, build_cspresnet50
from modelzoo.architectures.darknet import build_darknet19, build_darknet53
from modelzoo.architectures.googlenet import AUXILIARY_WEIGHT, build_googlenet
from modelzoo.architectures.lenet import build_lenet5
from modelzoo.architectures.lenet_1998 import build_lenet5_1998, map_loss
from modelzoo.architectures.regnet import X_1_6GF, Y_1_6GF, build_regnet
from modelzoo.architectures.senet import build_senet154
from modelzoo.architectures.shufflenet import build_shufflenet_v1, build_shufflenet_v2
from modelzoo.architectures.squeezenet import build_squeezenet_1_0, build_squeezenet_1_1

_DIGITS = (32, 32, 1)
_IMAGENET_227 = (227, 227, 3)


@dataclass(frozen=True)
class Architecture:
    """One network: its builder, its pixel contract, the least height and width of its input, its model's slug.

    At the least size each layer that shrinks its map still has two pixels to shrink. The parameters are counted at the
    published input and classes. `loss` is the paper's, of labels and logits, if not cross-entropy. `auxiliary` has the
    weights of the losses of further outputs, which follow the logits and serve training alone.
    """

    build: Callable[..., Any]
    contract: PixelContract
    smallest_input: int
    model: str
    published_input: tuple[int, int, int] = (224, 224, 3)
    published_classes: int = 1000
    loss: Callable[[Any, Any], Any] | None = None
    auxiliary: tuple[float, ...] = ()


# The networks by their variants' slugs; `modelzoo:SLUG` in the catalog.
REGISTRY: Mapping[str, Architecture] = {
    "lenet5": Architecture(build_lenet5, UNIT, 32, "lenet5", _DIGITS, 10),
    "lenet5-1998": Architecture(build_lenet5_1998, LENET, 32, "lenet5", _DIGITS, 10, loss=map_loss),
    "alexnet": Architecture(build_alexnet, CENTERED, 67, "alexnet", _IMAGENET_227),
    "googlenet": Architecture(build_googlenet, CAFFE, 31, "googlenet"),
    "googlenet-auxiliary": Architecture(
        partial(build_googlenet, auxiliary=True), CAFFE, 79, "googlenet", auxiliary=(AUXILIARY_WEIGHT,) * 2
    ),
    "squeezenet1-0": Architecture(build_squeezenet_1_0, CAFFE, 21, "squeezenet", _IMAGENET_227),
    "squeezenet1-1": Architecture(build_squeezenet_1_1, CAFFE, 17, "squeezenet", _IMAGENET_227),
    "darknet19": Architecture(build_darknet19, UNIT, 32, "darknet"),
    "darknet53": Architecture(build_darknet53, UNIT, 17, "darknet"),
    "senet154": Architecture(build_senet154, TORCH, 19, "senet"),
    "shufflenetv1-x1-0-g3": Architecture(build_shufflenet_v1, TORCH, 17, "shufflenet"),
    "shufflenetv2-x0-5": Architecture(
        partial(build_shufflenet_v2, (48, 96, 192), "shufflenetv2-x0-5"), TORCH, 17, "shufflenet"
    ),
    "shufflenetv2-x1-0": Architecture(
        partial(build_shufflenet_v2, (116, 232, 464), "shufflenetv2-x1-0"), TORCH, 17, "shufflenet"
    ),
    "cspresnet50": Architecture(build_cspresnet50, TORCH, 17, "cspnet"),
    "cspdarknet53": Architecture(build_cspdarknet53, TORCH, 17, "cspnet"),
    "regnety-1-6gf": Architecture(partial(build_regnet, Y_1_6GF), TORCH, 17, "regnet"),
    "regnetx-1-6gf": Architecture(partial(build_regnet, X_1_6GF), TORCH, 17, "regnet"),
}


def find_variant(name: str) -> str | None:
    """Return the slug of the variant of this name, in any spelling (``ShuffleNetV2 x0.5``); None without one."""
    letters = _letters(name)
    return next((slug for slug in REGISTRY if _letters(slug) == letters), None)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
