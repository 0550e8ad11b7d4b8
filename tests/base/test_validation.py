"""Faults of fields: each field of a recipe is named, with what stands there and what it takes."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec
import pytest

from modelzoo.base.validation import fault_of
from modelzoo.recipes.recipe import Augmentation, Input, Optimizer, Recipe, Schedule, Stopping
from modelzoo.recipes.suite import Suite

PARTS = {"optimizer": get_args(Optimizer), "schedule": get_args(Schedule)}
PARTS |= {"input": (Input,), "stopping": (Stopping,), "augmentation": (Augmentation,)}


def told(text: str, kind: type) -> tuple[tuple[str | int, ...], str]:
    fields = tomllib.loads(text)
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(fields, kind)
    fault = fault_of(error.value, kind, fields)
    return fault.place, fault.words


def every_field() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each field's dotted path, and fields in which a list stands there."""
    for name in Recipe.__struct_fields__:
        yield name, {"title": "Mine", name: []}
    for part, kinds in PARTS.items():
        for kind in kinds:
            tag = {} if kind.__struct_config__.tag is None else {"name": kind.__struct_config__.tag}
            for name in kind.__struct_fields__:
                yield f"{part}.{name}", {"title": "Mine", part: tag | {name: []}}


@pytest.mark.parametrize(("path", "fields"), list(every_field()))
def test_every_field_of_a_recipe_says_what_it_takes(path: str, fields: Mapping[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(fields, Recipe)
    words = fault_of(error.value, Recipe, fields).words
    assert words.startswith(f"{path} is an empty list; expected ")
    assert not any(raw in words for raw in ("`", "Type", "collection"))
    assert len(words) > len(f"{path} is an empty list; expected ")


def test_the_place_leads_to_the_field_through_lists() -> None:
    text = 'title = "Mine"\n[[runs]]\nmodel = "lenet5"\n[[runs]]\nmodel = "vgg16"\nepochs = 0'
    assert told(text, Suite) == (
        ("runs", 1, "epochs"),
        "runs[1].epochs is 0; expected a whole number from 1",
    )


def test_a_field_that_several_tables_have_is_told_with_each() -> None:
    assert told('title = "Mine"\npatience = 3', Recipe) == (
        ("patience",),
        "unknown field 'patience'; did you mean 'schedule.patience' or 'stopping.patience'?",
    )


def test_a_field_of_a_list_of_tables_is_told_with_its_table() -> None:
    text = 'title = "Mine"\nrecipe = "quick"\n[[runs]]\nmodel = "lenet5"'
    assert told(text, Suite)[1] == "unknown field 'recipe'; did you mean 'runs.recipe'?"


def test_a_name_that_no_key_could_bear_bare_is_told_whole() -> None:
    assert told('title = "Mine"\n"a.b`\\nc" = 1', Recipe)[1].startswith("unknown field 'a.b`\\nc'; known: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[optimizer]\nname = "adam"\nmomentum = 0.9', "optimizer 'adam': unknown field 'momentum'; it is of 'sgd' or"),
        (
            '[schedule]\nname = "cosine"\npatience = 1',
            "'cosine': unknown field 'patience'; it is of 'plateau'",
        ),
        ("weight_decay = 1", "unknown field 'weight_decay'; did you mean 'optimizer.weight_decay'?"),
        ('[optimizer]\nname = "adam"\nlearning_rat = 1', "unknown field 'learning_rat'; did you mean 'learning_rate'?"),
    ],
)
def test_a_field_of_another_kind_or_table_goes_before_one_of_a_like_name(text: str, words: str) -> None:
    assert words in told(f'title = "Mine"\n{text}', Recipe)[1]
