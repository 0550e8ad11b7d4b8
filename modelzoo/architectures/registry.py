"""The networks of this project: the builder, the input and the model of each, known before Keras is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from modelzoo.architectures.contract import CAFFE, CENTERED, LENET, TORCH, UNIT, PixelContract

_DIGITS = (32, 32, 1)
_IMAGENET_227 = (227, 227, 3)
# The weight of the loss of each auxiliary classifier, from GoogLeNet's paper.
_AUXILIARY_WEIGHT = 0.3


def _from(module: str, name: str, *first: Any, **options: Any) -> Callable[..., Any]:
    """Return a function of one of the architectures' modules, with these arguments.

    The first call imports the module, and with it Keras.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        function = getattr(import_module(f"modelzoo.architectures.{module}"), name)
        return function(*first, *args, **options, **kwargs)

    return call


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
    "lenet5": Architecture(_from("lenet", "build_lenet5"), UNIT, 32, "lenet5", _DIGITS, 10),
    "lenet5-1998": Architecture(
        _from("lenet_1998", "build_lenet5_1998"), LENET, 32, "lenet5", _DIGITS, 10, loss=_from("lenet_1998", "map_loss")
    ),
    "alexnet": Architecture(_from("alexnet", "build_alexnet"), CENTERED, 67, "alexnet", _IMAGENET_227),
    "googlenet": Architecture(_from("googlenet", "build_googlenet"), CAFFE, 31, "googlenet"),
    "googlenet-auxiliary": Architecture(
        _from("googlenet", "build_googlenet", auxiliary=True),
        CAFFE,
        79,
        "googlenet",
        auxiliary=(_AUXILIARY_WEIGHT,) * 2,
    ),
    "squeezenet1-0": Architecture(_from("squeezenet", "build_squeezenet_1_0"), CAFFE, 21, "squeezenet", _IMAGENET_227),
    "squeezenet1-1": Architecture(_from("squeezenet", "build_squeezenet_1_1"), CAFFE, 17, "squeezenet", _IMAGENET_227),
    "darknet19": Architecture(_from("darknet", "build_darknet19"), UNIT, 32, "darknet"),
    "darknet53": Architecture(_from("darknet", "build_darknet53"), UNIT, 17, "darknet"),
    "senet154": Architecture(_from("senet", "build_senet154"), TORCH, 19, "senet"),
    "shufflenetv1-x1-0-g3": Architecture(_from("shufflenet", "build_shufflenet_v1"), TORCH, 17, "shufflenet"),
    "shufflenetv2-x0-5": Architecture(
        _from("shufflenet", "build_shufflenet_v2", (48, 96, 192), "shufflenetv2-x0-5"), TORCH, 17, "shufflenet"
    ),
    "shufflenetv2-x1-0": Architecture(
        _from("shufflenet", "build_shufflenet_v2", (116, 232, 464), "shufflenetv2-x1-0"), TORCH, 17, "shufflenet"
    ),
    "cspresnet50": Architecture(_from("cspnet", "build_cspresnet50"), TORCH, 17, "cspnet"),
    "cspdarknet53": Architecture(_from("cspnet", "build_cspdarknet53"), TORCH, 17, "cspnet"),
    "regnety-1-6gf": Architecture(_from("regnet", "build_regnety_1_6gf"), TORCH, 17, "regnet"),
    "regnetx-1-6gf": Architecture(_from("regnet", "build_regnetx_1_6gf"), TORCH, 17, "regnet"),
}


def find_variant(name: str) -> str | None:
    """Return the slug of the variant of this name, in any spelling (``ShuffleNetV2 x0.5``); None without one."""
    letters = _letters(name)
    return next((slug for slug in REGISTRY if _letters(slug) == letters), None)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
