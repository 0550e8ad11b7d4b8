"""What fields take, in words."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, inspect

from modelzoo.base.expectation import expectation, in_words, one_of
from modelzoo.recipes.recipe import Input, Schedule


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (bool, "true or false"),
        (int, "a whole number"),
        (Annotated[int, Meta(ge=1)], "a whole number from 1"),
        (float, "a number"),
        (Annotated[float, Meta(gt=0)], "a number above 0"),
        (Annotated[float, Meta(lt=1)], "a number below 1"),
        (Annotated[float, Meta(le=1)], "a number at most 1"),
        (Annotated[float, Meta(ge=0, le=100)], "a number from 0 to 100"),
        (Annotated[float, Meta(ge=0, lt=1)], "a number from 0 to below 1"),
        (Annotated[float, Meta(gt=0, lt=1)], "a number above 0 and below 1"),
        (Annotated[float, Meta(gt=0, le=16)], "a number above 0 and at most 16"),
        (Annotated[float, Meta(gt=0)] | None, "a number above 0"),
        (str, "a text"),
        (Literal["pad", "resize"] | None, "'pad' or 'resize'"),
        (Literal[1, 3], "1 or 3"),
        (Input, "a table, [here], of size, mode, channels"),
        (Input | None, "a table, [here], of size, mode, channels"),
        (Schedule, "a table, [here], with name = 'constant', 'plateau', 'cosine' or 'onecycle'"),
        (Annotated[tuple[Input, ...], Meta(min_length=1)], "1 or more tables [[here]]"),
    ],
    ids=str,
)
def test_each_type_is_told_in_words(kind: Any, words: str) -> None:
    assert expectation(inspect.type_info(kind), "here") == words


def test_one_table_of_several_is_told_with_its_double_brackets() -> None:
    assert expectation(inspect.type_info(Input), "here[3]") == "a table, [[here]], of size, mode, channels"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true"),
        (0, "0"),
        (1e-6, "1e-06"),
        ("text", "'text'"),
        ({"a": 1}, "a table"),
        ([1], "a list"),
        ([], "an empty list"),
    ],
)
def test_values_are_told_as_a_person_would_call_them(value: object, words: str) -> None:
    assert in_words(value) == words


def test_a_long_text_is_cut() -> None:
    assert len(in_words("word " * 100)) < 40


def test_choices_end_in_or() -> None:
    assert [one_of("abc"), one_of("ab"), one_of("a")] == ["a, b or c", "a or b", "a"]
