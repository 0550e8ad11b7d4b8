from pathlib import Path

import modelzoo
from modelzoo.errors import unknown


def test_unknown_names_the_nearest_known_name() -> None:
    assert (
        str(unknown("model", "resnet5", ["resnet50", "vgg16"])) == "unknown model 'resnet5'; did you mean 'resnet50'?"
    )


def test_unknown_lists_what_is_known_where_nothing_is_near() -> None:
    assert str(unknown("criterion", "zzz", ["top5", "gpu"])) == "unknown criterion 'zzz'; known: gpu, top5"


def test_unknown_gives_the_hint_where_nothing_is_near() -> None:
    message = str(unknown("model", "zzz", ["resnet50"], hint="`zoo list` shows them all"))
    assert message.endswith("; `zoo list` shows them all")


def test_every_reason_of_an_os_error_comes_from_one_function_as_strerror_may_be_none() -> None:
    package = Path(modelzoo.__file__).parent
    readers = [path for path in package.rglob("*.py") if ".strerror" in path.read_text(encoding="utf-8")]
    assert readers == [package / "base" / "text.py"]


def test_long_names_and_long_lists_are_cut() -> None:
    message = str(unknown("column", "x" * 5000, [f"{'y' * 5000}{number}" for number in range(100)]))
    assert "x" * 79 + "…'" in message
    assert message.endswith(" and 60 more")
    assert len(message) < 4000


def test_the_nearest_of_a_million_names_is_not_looked_for() -> None:
    names = (f"net{number}" for number in range(10**6))
    assert str(unknown("model", "nte5", names, hint="see the list")) == "unknown model 'nte5'; see the list"
    assert next(names) == "net20001"
