"""What training needs: named where it is missing."""

import sys
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.machine import requirements


def test_what_is_missing_for_training_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(ZooError, match=r"training needs keras; pip install .*\[jax\]"):
        requirements.require_bench_extra()


def test_a_backend_that_keras_does_not_know_is_an_error_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise ValueError("Unable to import backend : theano\nmore")

    monkeypatch.setattr(requirements, "import_module", refuse)
    with pytest.raises(ZooError, match=r"^Keras does not load: Unable to import backend : theano; `zoo doctor`[^\n]*$"):
        requirements.require_bench_extra()
