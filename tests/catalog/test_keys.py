import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog.keys import quoted, split, unquoted


@pytest.mark.parametrize(
    ("key", "text"),
    [("top5", "top5"), ("Acc@1", "Acc@1"), ("GPU ms", '"GPU ms"'), ("a,b", '"a,b"'), ('5" disk', '"5"" disk"')],
)
def test_a_key_is_quoted_where_an_expression_would_split_it(key: str, text: str) -> None:
    assert (quoted(key), unquoted(text)) == (text, key)


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1).map(str.strip).filter(bool), min_size=1))
def test_quoted_keys_come_back_from_a_list(keys: list[str]) -> None:
    parts = split(",".join(f'"{key.replace(chr(34), chr(34) * 2)}"' for key in keys), ",")
    assert list(map(unquoted, parts)) == list(map(unquoted, map(quoted, keys)))
    assert len(parts) == len(keys)


def test_marks_inside_quotes_split_nothing() -> None:
    assert split('"a, b":2 , c', ",") == ['"a, b":2', "c"]
    assert split('"x and y">1 AND z<2', r"\s+and\s+") == ['"x and y">1', "z<2"]


def test_a_decomposed_key_is_the_composed_one() -> None:
    assert unquoted('"Ge\u0301nauigkeit"') == "G\u00e9nauigkeit"
