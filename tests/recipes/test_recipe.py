"""Recipes: every field checked, and named where it is wrong."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from modelzoo.architectures.changes import UNCHANGED
from modelzoo.base.paths import toml_name
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe, recipe_names
from modelzoo.recipes.recipe import (
    SGD,
    Adam,
    Constant,
    Input,
    OneCycle,
    Plateau,
    Recipe,
    RMSprop,
    Stopping,
)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """A recipe file of these lines, under a title."""

    def written(*lines: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text("\n".join(('title = "Mine"', *lines)), encoding="utf-8")
        return path

    return written


def test_frozen_epochs_are_a_number_or_all(write: Any) -> None:
    weights = 'weights = "mine.weights.h5"\nepochs = 7'
    assert load_recipe(write(weights, "frozen_epochs = 3")).head_epochs == 3
    assert load_recipe(write(weights, 'frozen_epochs = "all"')).head_epochs == 7


def test_a_title_alone_is_a_recipe(write: Any) -> None:
    assert load_recipe(write()) == Recipe(title="Mine")


def test_every_field_can_be_set(write: Any) -> None:
    recipe = load_recipe(
        write(
            "batch_size = 1\nepochs = 2\nlabel_smoothing = 0.1\nbatch_norm_momentum = 0.5\nbalanced = true",
            '[input]\nsize = 64\nmode = "resize"\nchannels = 3',
            '[optimizer]\nname = "sgd"\nlearning_rate = 1\nmomentum = 0\nnesterov = false\nweight_decay = 1e-4',
            '[schedule]\nname = "plateau"\nfactor = 0.5\npatience = 1\nminimum = 0\nmin_delta = 0',
            '[stopping]\nmonitor = "val_accuracy"\npatience = 1\nmin_delta = 0.1',
        )
    )
    assert recipe == Recipe(
        title="Mine",
        batch_size=1,
        epochs=2,
        label_smoothing=0.1,
        batch_norm_momentum=0.5,
        balanced=True,
        input=Input(size=64, mode="resize", channels=3),
        optimizer=SGD(learning_rate=1.0, momentum=0.0, nesterov=False, weight_decay=1e-4),
        schedule=Plateau(factor=0.5, patience=1, minimum=0.0, min_delta=0.0),
        stopping=Stopping(monitor="val_accuracy", patience=1, min_delta=0.1),
    )


ACTIVATIONS = (
    "'celu', 'elu', 'gelu', 'hard_silu', 'hard_tanh', 'leaky_relu', 'mish', 'relu', 'relu6', 'selu', 'silu', "
    "'softplus', 'softsign', 'squareplus' or 'tanh'"
)
OPTIMIZERS = "'adam', 'adamw', 'sgd', 'lion', 'rmsprop', 'nadam' or 'lamb'"
SCHEDULES = "'constant', 'plateau', 'cosine' or 'onecycle'"
WRONG = {
    "batch_size": ("batch_size = 0", "batch_size is 0; expected a whole number >= 1"),
    "batch_size as text": ('batch_size = "64"', "batch_size is '64'; expected a whole number"),
    "epochs": ("epochs = 2.5", "epochs is 2.5; expected a whole number"),
    "label_smoothing": ("label_smoothing = 1.0", "label_smoothing is 1.0; expected a number < 1.0"),
    "batch_norm_momentum": (
        "batch_norm_momentum = -0.1",
        "batch_norm_momentum is -0.1; expected a number >= 0.0",
    ),
    "description": ("description = 5", "description is 5; expected a text"),
    "unknown field": ("batchsize = 5", "unknown field 'batchsize'; did you mean 'batch_size'?"),
    "unknown table": ('[optimiser]\nname = "sgd"', "unknown field 'optimiser'; did you mean 'optimizer'?"),
    "nothing like it": ("zzz = 1", "unknown field 'zzz'; known: activation, augmentation, balanced, "),
    "extends misspelt": ('extend = "quick"', "unknown field 'extend'; did you mean 'extends'?"),
    "a field of a table above all tables": (
        "learning_rate = 0.1",
        "unknown field 'learning_rate'; did you mean 'optimizer.learning_rate'?",
    ),
    "a field of two tables above all tables": (
        "patience = 3",
        "unknown field 'patience'; did you mean 'schedule.patience' or 'stopping.patience'?",
    ),
    "a field of a table before one of a like name": (
        "weight_decay = 1",
        "unknown field 'weight_decay'; did you mean 'optimizer.weight_decay'?",
    ),
    "a field of another table": (
        '[optimizer]\nname = "adam"\nrise = 0.3',
        "unknown field 'optimizer.rise'; did you mean 'schedule.rise'?",
    ),
    "a field of no table under one": (
        "[stopping]\ndropout = 0.3",
        "unknown field 'stopping.dropout'; did you mean 'dropout'?",
    ),
    "a table as text": ('optimizer = "sgd"', "optimizer is 'sgd'; expected a table"),
    "a table as a list": ("[[input]]\nsize = 3", "input is [{'size': 3}]; expected a table"),
    "text as a table": ("[activation]", f"activation is {{}}; expected {ACTIVATIONS}"),
    "input.size": ("[input]\nsize = 0", "input.size is 0; expected a whole number >= 1 or 'auto'"),
    "input.mode": ('[input]\nmode = "fit"', "input.mode is 'fit'; expected 'auto', 'crop', 'pad' or 'resize'"),
    "input.channels": ("[input]\nchannels = 2", "input.channels is 2; expected 1, 3 or 'auto'"),
    "optimizer.name": ('[optimizer]\nname = "adagrad"', f"optimizer.name is 'adagrad'; expected {OPTIMIZERS}"),
    "optimizer.name no text": ("[optimizer]\nname = 3", f"optimizer.name is 3; expected {OPTIMIZERS}"),
    "optimizer.learning_rate": (
        '[optimizer]\nname = "adam"\nlearning_rate = 0.0',
        "optimizer.learning_rate is 0.0; expected a number > 0.0",
    ),
    "optimizer's unknown field": (
        '[optimizer]\nname = "adam"\nmomentum = 0.9',
        "unknown field 'optimizer.momentum'; known: learning_rate, name",
    ),
    "optimizer's misspelt field": (
        '[optimizer]\nname = "sgd"\nlearning_rat = 0.9',
        "unknown field 'optimizer.learning_rat'; did you mean 'optimizer.learning_rate'?",
    ),
    "optimizer.weight_decay": (
        '[optimizer]\nname = "adamw"\nweight_decay = -1.0',
        "optimizer.weight_decay is -1.0; expected a number >= 0.0",
    ),
    "optimizer.momentum": (
        '[optimizer]\nname = "sgd"\nmomentum = 1.0',
        "optimizer.momentum is 1.0; expected a number < 1.0",
    ),
    "optimizer.nesterov": (
        '[optimizer]\nname = "sgd"\nnesterov = 1',
        "optimizer.nesterov is 1; expected true or false",
    ),
    "schedule.name": ('[schedule]\nname = "step"', f"schedule.name is 'step'; expected {SCHEDULES}"),
    "schedule.factor": (
        '[schedule]\nname = "plateau"\nfactor = 1.0',
        "schedule.factor is 1.0; expected a number < 1.0",
    ),
    "schedule.patience": (
        '[schedule]\nname = "plateau"\npatience = 0',
        "schedule.patience is 0; expected a whole number >= 1",
    ),
    "schedule.minimum": (
        '[schedule]\nname = "plateau"\nminimum = -1.0',
        "schedule.minimum is -1.0; expected a number >= 0.0",
    ),
    "schedule.min_delta": (
        '[schedule]\nname = "plateau"\nmin_delta = -1.0',
        "schedule.min_delta is -1.0; expected a number >= 0.0",
    ),
    "schedule.warmup_epochs": (
        '[schedule]\nname = "cosine"\nwarmup_epochs = -1.0',
        "schedule.warmup_epochs is -1.0; expected a number >= 0.0",
    ),
    "a warm-up of all epochs": (
        'epochs = 5\n[schedule]\nname = "cosine"\nwarmup_epochs = 5',
        "schedule.warmup_epochs is 5.0; expected fewer than the 5 epochs of the recipe",
    ),
    "a warm-up of all epochs to a constant": (
        'epochs = 5\n[schedule]\nname = "constant"\nwarmup_epochs = 5',
        "schedule.warmup_epochs is 5.0; expected fewer than the 5 epochs of the recipe",
    ),
    "a plateau above the rate": (
        '[optimizer]\nname = "adam"\nlearning_rate = 1e-3\n[schedule]\nname = "plateau"\nminimum = 0.01',
        "schedule.minimum is 0.01; expected at most the optimizer's learning rate, 0.001",
    ),
    "schedule.rise": (
        '[schedule]\nname = "onecycle"\nrise = 1.0',
        "schedule.rise is 1.0; expected a number < 1.0",
    ),
    "activation": ('activation = "softmax"', f"activation is 'softmax'; expected {ACTIVATIONS}"),
    "dropout": ("dropout = 1.0", "dropout is 1.0; expected a number < 1.0"),
    "width": ("width = 0.0", "width is 0.0; expected a number > 0.0"),
    "width beyond sense": ("width = 17.0", "width is 17.0; expected a number <= 16.0"),
    "ema": ("ema = 1.0", "ema is 1.0; expected a number < 1.0"),
    "supplement": ("supplement = -0.1", "supplement is -0.1; expected a number >= 0.0"),
    "augmentation.flip": ("[augmentation]\nflip = -1", "augmentation.flip is -1; expected a number >= 0.0"),
    "augmentation.erase": (
        "[augmentation]\nerase = 1.5",
        "augmentation.erase is 1.5; expected a number <= 1.0",
    ),
    "precision": ('precision = "float16"', "precision is 'float16'; expected 'float32' or 'mixed_bfloat16'"),
    "ImageNet's weights for gray pictures": (
        'weights = "imagenet"',
        "input.channels is 1; expected 3 where weights are ImageNet's, whose images are in color",
    ),
    "frozen_epochs": ("frozen_epochs = -1", "frozen_epochs is -1; expected"),
    "frozen epochs without weights": (
        "frozen_epochs = 3",
        "frozen_epochs is 3; expected 0 without weights",
    ),
    "more frozen epochs than epochs": (
        'weights = "mine.weights.h5"\nepochs = 5\nfrozen_epochs = 6',
        'frozen_epochs is 6; expected at most the 5 epochs of the recipe, or "all"',
    ),
    "a warm-up as long as the epochs after the frozen ones": (
        'weights = "mine.weights.h5"\nepochs = 5\nfrozen_epochs = 3\n[schedule]\nname = "cosine"\nwarmup_epochs = 2',
        "schedule.warmup_epochs is 2.0; expected fewer than the 2 epochs after the frozen ones",
    ),
    "augmentation of features": (
        'weights = "mine.weights.h5"\nfrozen_epochs = "all"\n[augmentation]\nrotate = 5',
        "augmentation.rotate is 5.0; expected 0 where all epochs are frozen",
    ),
    "averages of a head": (
        'weights = "mine.weights.h5"\nepochs = 5\nfrozen_epochs = 5\nema = 0.9',
        "ema is 0.9; expected 0 where all epochs are frozen",
    ),
    "ImageNet's weights for another width": (
        'weights = "imagenet"\nwidth = 0.5\n[input]\nchannels = 3',
        "width is 0.5; expected 1.0 where weights are ImageNet's",
    ),
    "ImageNet's weights for another depth": (
        'weights = "imagenet"\ndepth = 2.0\n[input]\nchannels = 3',
        "depth is 2.0; expected 1.0 where weights are ImageNet's",
    ),
    "ImageNet's weights under batch normalization": (
        'weights = "imagenet"\nbatch_norm = true\n[input]\nchannels = 3',
        "batch_norm is true; expected false where weights are ImageNet's",
    ),
    "blocks that are the identity in place of given weights": (
        'weights = "mine.weights.h5"\nzero_init_residual = true',
        "zero_init_residual is true; expected false where weights are given",
    ),
    "a supplement under balanced": (
        "balanced = true\nsupplement = 0.2",
        "supplement is 0.2; expected 0 where balanced is true: images added",
    ),
    "stopping.monitor": (
        '[stopping]\nmonitor = "loss"',
        "stopping.monitor is 'loss'; expected 'val_accuracy', 'val_loss' or 'val_macro_recall'",
    ),
    "stopping.patience": ("[stopping]\npatience = 0", "stopping.patience is 0; expected a whole number >= 1"),
    "stopping.min_delta": ("[stopping]\nmin_delta = -0.1", "stopping.min_delta is -0.1; expected a number >= 0.0"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_named_with_its_file(write: Any, field: str) -> None:
    line, words = WRONG[field]
    with pytest.raises(ZooError) as error:
        load_recipe(write(line))
    assert f"mine.toml: {words}" in str(error.value)
    assert str(error.value).endswith(("; see benchmarks/recipes/default.toml", "?"))


def test_the_further_optimizers_and_schedules_can_be_set(write: Any) -> None:
    recipe = load_recipe(
        write(
            "ema = 0.99\nsupplement = 0.2\nwidth = 0.5\ndepth = 2\nbatch_norm = true\ndropout = 0.3",
            '[optimizer]\nname = "rmsprop"\nrho = 0.8\nmomentum = 0.5\nweight_decay = 0.1',
            '[schedule]\nname = "onecycle"\nrise = 0.4\nstart_divisor = 10\nend_divisor = 100',
        )
    )
    assert recipe.optimizer == RMSprop(rho=0.8, momentum=0.5, weight_decay=0.1)
    assert recipe.schedule == OneCycle(rise=0.4, start_divisor=10.0, end_divisor=100.0)
    assert (recipe.ema, recipe.supplement, recipe.width, recipe.depth) == (0.99, 0.2, 0.5, 2.0)
    assert (recipe.batch_norm, recipe.dropout) == (True, 0.3)


def test_the_changes_of_a_recipe_are_its_fields_of_these_names() -> None:
    recipe = Recipe(title="t", activation="elu", dropout=0.3, batch_norm=True, width=0.5, depth=2.0)
    assert asdict(recipe.changes) == {name: getattr(recipe, name) for name in asdict(UNCHANGED)}


def test_a_recipe_without_title_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("epochs = 3")
    with pytest.raises(ZooError, match=r"mine\.toml: title is missing; expected a text"):
        load_recipe(tmp_path / "mine.toml")


@pytest.mark.parametrize("data", [b"title = ", b'title = "a"\ntitle = "b"'])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(data)
    with pytest.raises(ZooError, match=r"mine\.toml: cannot be read as TOML in UTF-8"):
        load_recipe(tmp_path / "mine.toml")


def test_an_unknown_recipe_gets_the_nearest_names() -> None:
    with pytest.raises(ZooError, match="unknown recipe 'qick'; did you mean 'quick'"):
        load_recipe("qick")


def test_a_file_that_is_not_there_gets_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"no recipe at .*none\.toml; expected a TOML file, or one of .*default"):
        load_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_is_well_formed(name: str) -> None:
    assert load_recipe(name).title


def test_a_recipe_is_called_by_its_files_name() -> None:
    assert toml_name("quick") == "quick"
    assert toml_name(Path("/somewhere/mine.toml")) == "mine"


@pytest.mark.parametrize(
    "lines", [("[optimizer]", 'name = "adam"', "learning_rate = inf"), ("[augmentation]", "zoom = inf")]
)
def test_what_has_no_bound_is_refused(write: Any, lines: tuple[str, ...]) -> None:
    with pytest.raises(
        ZooError, match=r"(optimizer\.learning_rate|augmentation\.zoom) is inf; expected a finite number"
    ):
        load_recipe(write(*lines))


def test_an_optimizer_and_a_schedule_without_a_name_are_the_usual_ones(write: Any) -> None:
    recipe = load_recipe(write("[optimizer]", "learning_rate = 2e-3", "[schedule]", "warmup_epochs = 0.5"))
    assert recipe.optimizer == Adam(learning_rate=2e-3)
    assert recipe.schedule == Constant(warmup_epochs=0.5)
    with pytest.raises(ZooError, match=r"unknown field 'optimizer\.rho'; known: learning_rate, name"):
        load_recipe(write("[optimizer]", "rho = 0.9"))


def test_your_own_file_is_named_where_its_suffix_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").touch()
    with pytest.raises(ZooError, match=r"unknown recipe 'mine'; did you mean the file 'mine\.toml'"):
        load_recipe("mine")
