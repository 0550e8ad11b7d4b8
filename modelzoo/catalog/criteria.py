"""The criteria: label, unit, sense and printed form of each column."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from modelzoo.base.text import quote
from modelzoo.catalog.keys import quoted
from modelzoo.errors import ZooError, unknown
from modelzoo.tables.table import Column, Shown

Sense = Literal["max", "min"]

# Marks a value that the first source lacks and a later one fills in.
FILLED = "*"

PERCENT = "%"
COUNT = "count"
WHOLE_UNITS = (COUNT, "year", "layers")
# Units that a heading leaves out, as the label or the values imply them.
_IMPLIED = ("", "multiply-adds", *WHOLE_UNITS)


class Criterion(msgspec.Struct, frozen=True):
    """One column. Without a `sense` it can be shown and filtered by, and ranked by only with a sense in ``--by``.

    `decimals` is the number printed; with `trim`, a last decimal of 0 is not printed.
    """

    key: str
    label: str
    unit: str
    sense: Literal["max", "min"] | None
    label_ko: str = ""
    decimals: int = 1
    trim: bool = False

    def show(self, value: float | None) -> str:
        """Return the value as text: ``25.6M`` for 25600000 parameters, ``94.9`` for 94.9 percent, ``–`` for none."""
        if value is None or math.isnan(value):
            return "–"
        if self.unit == COUNT:
            return _show_count(value)
        if not self.unit:
            return f"{value:.6g}"
        text = f"{value:.{self.decimals}f}"
        return text.rstrip("0").rstrip(".") if self.trim and "." in text else text

    def cell(self, value: float | None, *, filled: bool) -> Any:
        """Return the value as a cell of a table, marked where it is `filled` from a later source."""
        return Shown(value, self.show(value) + FILLED) if filled and value is not None else value

    def column(self, key: str, label: str = "", *, sense: Sense | None = None, lang: str = "en") -> Column:
        """Return a column of the criterion's values; its label is the heading, its sense the own one unless given."""
        sense = sense or self.sense
        return Column(key, label or self.heading(lang), show=self.show, right=True, unit=self.unit, sense=sense)

    def heading(self, lang: str = "en") -> str:
        """Return the column's label with its unit, in English or, where the slides have one, in Korean."""
        label = self.label_ko if lang == "ko" and self.label_ko else self.label
        return label if self.unit in _IMPLIED else f"{label} ({self.unit})"


def _show_count(value: float) -> str:
    for factor, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        # 999,960 would print as 1000.0K
        if abs(value) >= factor * 0.99995:
            return f"{value / factor:.1f}".removesuffix(".0") + suffix
    return f"{value:.0f}"


PUBLISHED = (
    Criterion("year", "Year", "year", None, label_ko="출시 연도", decimals=0),
    Criterion("size", "Size", "MB", "min", label_ko="크기", trim=True),
    Criterion("params", "Params", COUNT, "min", label_ko="파라미터 수"),
    Criterion("top1", "Top-1", PERCENT, "max", label_ko="Top-1 정확도"),
    Criterion("top5", "Top-5", PERCENT, "max", label_ko="Top-5 정확도"),
    Criterion("gpu", "GPU", "ms", "min", label_ko="GPU"),
    Criterion("cpu", "CPU", "ms", "min", label_ko="CPU"),
    Criterion("depth", "Depth", "layers", None, decimals=0),
    Criterion("gflops", "GFLOPs", "multiply-adds", "min", decimals=2),
    Criterion("trainable", "Trainable", COUNT, "min"),
)

MEASURED = (
    Criterion("accuracy", "Accuracy", PERCENT, "max", decimals=2),
    Criterion("latency", "Latency", "ms", "min", decimals=2),
    Criterion("throughput", "Throughput", "images/s", "max", decimals=0),
    Criterion("epoch_s", "Epoch", "s", "min"),
    Criterion("macro_recall", "Macro recall", PERCENT, "max", decimals=2),
    Criterion("ece", "Calibration error", "points", "min", decimals=2),
    Criterion("peak_memory", "Peak memory", "MB", "min", decimals=0),
    Criterion("flops", "FLOPs", COUNT, "min"),
    Criterion("model_size", "Model size", "MB", "min"),
)

CRITERIA: Mapping[str, Criterion] = MappingProxyType({item.key: item for item in (*PUBLISHED, *MEASURED)})


def criterion(key: str, known: Mapping[str, Criterion] = CRITERIA) -> Criterion:
    """Return the criterion of that key among the `known` ones; raise a ZooError if there is none."""
    if key in known:
        return known[key]
    # The columns of your own CSV are its only values, so that no measurement adds one.
    if key in {item.key for item in MEASURED} and all(item.key in known for item in PUBLISHED):
        raise ZooError(f"criterion {quote(key)} is measured, not published; bench models and rank them with `measured`")
    raise unknown("criterion", key, map(quoted, known))
