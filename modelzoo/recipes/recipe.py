"""Recipes: how a network is trained, every field checked."""

from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from modelzoo.architectures.changes import Changes
from modelzoo.architectures.changes.activation import Activation
from modelzoo.errors import ZooError

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Degrees = Annotated[float, msgspec.Meta(ge=0, lt=90)]
Between = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Factor = Annotated[float, msgspec.Meta(gt=0, le=16)]
Count = Annotated[int, msgspec.Meta(ge=1)]

Precision = Literal["float32", "mixed_bfloat16"]

# The weights that come with Keras Applications; a file is the other choice.
IMAGENET = "imagenet"


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a recipe; an unknown field is an error."""


class Geometry(NamedTuple):
    """A network's input in numbers: side in pixels, mode of `Input`, and channels."""

    size: int
    mode: Literal["pad", "resize", "crop"]
    channels: Literal[1, 3]


class Input(_Strict, frozen=True, kw_only=True):
    """The network's input: side in pixels, the way images are brought to it, 1 or 3 channels.

    A model that takes no input this small gets its own minimum. ``auto`` follows images and network; the recipe in a
    record has numbers.

    Attributes
    ----------
    mode : ``pad`` puts zeros around the image, ``resize`` stretches it, ``crop`` scales its shorter side and cuts out
        the center
    """

    size: Count | Literal["auto"] = 32
    mode: Literal["pad", "resize", "crop", "auto"] = "pad"
    channels: Literal[1, 3, "auto"] = 1

    @property
    def geometry(self) -> Geometry:
        """Return the input in numbers; only a recipe that was resolved for images and a network has them all."""
        size, mode, channels = self.size, self.mode, self.channels
        if size == "auto" or mode == "auto" or channels == "auto":
            raise ZooError("input is auto; expected a recipe that was resolved for images and a network")
        return Geometry(size, mode, channels)


class Adam(_Strict, frozen=True, kw_only=True, tag_field="name", tag="adam"):
    """Kingma & Ba (2015), arXiv 1412.6980."""

    learning_rate: Positive = 1e-3


class AdamW(_Strict, frozen=True, kw_only=True, tag_field="name", tag="adamw"):
    """Loshchilov & Hutter (2019), arXiv 1711.05101: Adam with decoupled weight decay."""

    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 4e-3


class SGD(_Strict, frozen=True, kw_only=True, tag_field="name", tag="sgd"):
    """Stochastic gradient descent with decoupled weight decay."""

    learning_rate: Positive = 0.1
    momentum: Share = 0.9
    nesterov: bool = True
    weight_decay: NotNegative = 0.0


class Lion(_Strict, frozen=True, kw_only=True, tag_field="name", tag="lion"):
    """Chen et al. (2023), arXiv 2302.06675: steps of the sign of a momentum, at a tenth of Adam's learning rate."""

    learning_rate: Positive = 1e-4
    weight_decay: NotNegative = 0.0


class RMSprop(_Strict, frozen=True, kw_only=True, tag_field="name", tag="rmsprop"):
    """Tieleman & Hinton (2012), Lecture 6.5; its weight decay is decoupled."""

    learning_rate: Positive = 1e-3
    rho: Share = 0.9
    momentum: Share = 0.0
    weight_decay: NotNegative = 0.0


class Nadam(_Strict, frozen=True, kw_only=True, tag_field="name", tag="nadam"):
    """Dozat (2016), Incorporating Nesterov momentum into Adam; its weight decay is decoupled."""

    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0


class Lamb(_Strict, frozen=True, kw_only=True, tag_field="name", tag="lamb"):
    """You et al. (2020), arXiv 1904.00962: Adam's steps scaled layer by layer, for large batches."""

    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0


class Constant(_Strict, frozen=True, kw_only=True, tag_field="name", tag="constant"):
    """The optimizer's learning rate throughout, after `warmup_epochs` of linear rise from zero."""

    warmup_epochs: NotNegative = 0.0


class Plateau(_Strict, frozen=True, kw_only=True, tag_field="name", tag="plateau"):
    """The learning rate times `factor` after `patience` epochs without validation loss falling by `min_delta`."""

    factor: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.3
    patience: Count = 2
    minimum: NotNegative = 1e-6
    min_delta: NotNegative = 1e-4


class Cosine(_Strict, frozen=True, kw_only=True, tag_field="name", tag="cosine"):
    """A cosine from the optimizer's learning rate to zero over the recipe's epochs, after a linear warm-up.

    References
    ----------
    Loshchilov & Hutter (2017), arXiv 1608.03983, without restarts.
    """

    warmup_epochs: NotNegative = 0.0


class OneCycle(_Strict, frozen=True, kw_only=True, tag_field="name", tag="onecycle"):
    """A cosine up to the optimizer's learning rate and a cosine down, over the recipe's epochs.

    Attributes
    ----------
    rise : share of the steps with a rising rate
    start_divisor : the optimizer's rate over the first rate
    end_divisor : the first rate over the last rate

    References
    ----------
    Smith (2018), arXiv 1803.09820, with PyTorch's cosines and defaults and a constant momentum.
    """

    rise: Between = 0.3
    start_divisor: Annotated[float, msgspec.Meta(ge=1)] = 25.0
    end_divisor: Annotated[float, msgspec.Meta(ge=1)] = 1e4


Optimizer = Adam | AdamW | SGD | Lion | RMSprop | Nadam | Lamb
Schedule = Constant | Plateau | Cosine | OneCycle


class Stopping(_Strict, frozen=True, kw_only=True):
    """Early stopping after `patience` epochs without a gain of more than `min_delta`; the best epoch's weights count.

    `val_macro_recall` is the class-mean accuracy: rare classes count as much as frequent ones. `min_delta` is in the
    monitor's unit: percentage points for val_accuracy and val_macro_recall.
    """

    monitor: Literal["val_loss", "val_accuracy", "val_macro_recall"] = "val_loss"
    patience: Count = 5
    min_delta: NotNegative = 0.0


class Augmentation(_Strict, frozen=True, kw_only=True):
    """Random transforms of the training images, drawn for each image in each epoch; 0 turns one off.

    Attributes
    ----------
    translate : greatest shift, as a share of the side
    rotate, shear : greatest angle
    zoom : 0.2 scales by 1/1.2 to 1.2
    elastic : standard deviation of a displacement interpolated from a 5×5 grid, as a share of the side. Simard,
        Steinkraus & Platt (2003), Best practices for convolutional neural networks
    erase : probability of a black rectangle over 2 to 25 % of the image; Zhong et al. (2020), arXiv 1708.04896
    mixup, cutmix : parameter of the Beta distribution for the shares of a mixed pair. With both, a coin decides for
        each batch. Zhang et al. (2018), arXiv 1710.09412; Yun et al. (2019), arXiv 1905.04899
    flip : probability that left and right are exchanged; for photos, as a mirrored letter is another letter, or none
    """

    translate: Share = 0.0
    rotate: Degrees = 0.0
    zoom: NotNegative = 0.0
    shear: Degrees = 0.0
    elastic: Share = 0.0
    erase: Probability = 0.0
    mixup: NotNegative = 0.0
    cutmix: NotNegative = 0.0
    flip: Probability = 0.0


class Recipe(_Strict, frozen=True, kw_only=True):
    """One way to train. A new field's default leaves network and training unchanged.

    A run's id leaves out fields at their default, so a new field changes no id. Defaults never change.

    `epochs` is the largest number of epochs, and the length of a cosine or a cycle. Without `stopping` the last
    epoch's weights count. `batch_norm_momentum` is the momentum of every batch normalization in the network.
    `zero_init_residual` starts residual blocks as the identity.

    Attributes
    ----------
    activation, dropout, batch_norm, width, depth : changes of the network, see `modelzoo.architectures.changes`
    weights : initial weights: ``imagenet`` for a network of Keras Applications, or a ``.weights.h5`` file
    frozen_epochs : first epochs, or ``all``, in which Adam trains the head alone: the layers that `weights` lacks. The
        features before it are computed once, so these epochs have no augmentation. Later epochs train all layers under
        `optimizer` and `schedule`. The backbone stays in inference mode: its batch normalization keeps its
        statistics. Chollet (2020), Transfer learning & fine-tuning, keras.io/guides/transfer_learning
    head_learning_rate : Adam's in the frozen epochs
    precision : number format of the computation; ``mixed_bfloat16`` only on a device that has it
    ema : momentum of an exponential moving average of the weights. Validation and test use the average, training the
        weights. Polyak & Juditsky (1992), SIAM J. Control Optim. 30, 838-855
    supplement : images added to each epoch from confused classes, as a share of the training images
    balanced : add the logarithm of each class's share of the training images to the logits in the loss. The network's
        logits then do not favor frequent classes. Menon et al. (2021), Long-tail learning via logit adjustment,
        arXiv 2007.07314, tau 1
    """

    title: str
    description: str = ""
    batch_size: Count = 128
    epochs: Count = 30
    input: Input = Input()
    optimizer: Optimizer = Adam()
    schedule: Schedule = Constant()
    stopping: Stopping | None = None
    label_smoothing: Share = 0.0
    batch_norm_momentum: Share | None = None
    zero_init_residual: bool = False
    activation: Activation | None = None
    dropout: Share | None = None
    batch_norm: bool = False
    width: Factor = 1.0
    depth: Factor = 1.0
    weights: str | None = None
    frozen_epochs: Annotated[int, msgspec.Meta(ge=0)] | Literal["all"] = 0
    head_learning_rate: Positive = 1e-3
    precision: Precision = "float32"
    ema: Share = 0.0
    supplement: Share = 0.0
    balanced: bool = False
    augmentation: Augmentation = Augmentation()

    @property
    def head_epochs(self) -> int:
        """Return the number of epochs that train the head alone."""
        return self.epochs if self.frozen_epochs == "all" else self.frozen_epochs

    @property
    def changes(self) -> Changes:
        """Return the changes of the network, as `build_network` takes them."""
        return Changes(
            activation=self.activation,
            dropout=self.dropout,
            batch_norm=self.batch_norm,
            width=self.width,
            depth=self.depth,
        )


def identity_of(recipe: Recipe, weights_sha256: str | None) -> dict[str, Any]:
    """Return the identity of a recipe for a run's id, with the weights file's checksum for its path."""
    return identity(recipe) | ({} if weights_sha256 is None else {"weights": weights_sha256})


def identity(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a recipe, or of a table in it, that differ from their defaults, without texts."""
    config = struct.__struct_config__
    fields: dict[str, Any] = {} if config.tag is None else {str(config.tag_field): config.tag}
    for name, default in _defaults(type(struct)):
        value = getattr(struct, name)
        if value != default:
            fields[name] = identity(value) if isinstance(value, msgspec.Struct) else value
    return fields


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Return name and default of each field that is no text; finding them takes longer than reading a record."""
    fields = msgspec.structs.fields(kind)
    return tuple((field.name, field.default) for field in fields if field.name not in ("title", "description"))
