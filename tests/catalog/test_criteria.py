import math

import pytest

from modelzoo.catalog.criteria import CRITERIA, PUBLISHED, Criterion, criterion
from modelzoo.errors import ZooError


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("params", 25_600_000, "25.6M"),
        ("params", 60_000, "60K"),
        ("params", 138e6, "138M"),
        ("params", 999_960, "1M"),
        ("params", 350_196_968, "350.2M"),
        ("params", 1.25e9, "1.2B"),
        ("params", 900, "900"),
        ("top5", 94.9, "94.9"),
        ("top5", 93.0, "93.0"),
        ("gpu", 6.5, "6.5"),
        ("size", 240.0, "240"),
        ("size", 1.3, "1.3"),
        ("size", 109.42, "109.4"),
        ("year", 2019.0, "2019"),
        ("top1", math.nan, "–"),
        ("top1", None, "–"),
    ],
)
def test_a_value_prints_as_tables_print_it(key: str, value: float | None, text: str) -> None:
    assert CRITERIA[key].show(value) == text


def test_a_criterion_without_a_unit_prints_the_number_itself() -> None:
    assert Criterion("speed", "speed", "", None).show(1234.5) == "1234.5"


@pytest.mark.parametrize(
    ("key", "en", "ko"), [("top1", "Top-1 (%)", "Top-1 정확도 (%)"), ("params", "Params", "파라미터 수")]
)
def test_a_heading_names_the_unit_where_the_values_do_not(key: str, en: str, ko: str) -> None:
    assert (CRITERIA[key].heading(), CRITERIA[key].heading("ko")) == (en, ko)


def test_what_costs_is_better_low_and_accuracy_better_high() -> None:
    low = {key for key, item in CRITERIA.items() if item.sense == "min"}
    high = {key for key, item in CRITERIA.items() if item.sense == "max"}
    assert {"size", "params", "gpu", "cpu", "gflops", "latency", "epoch_s"} <= low
    assert {"top1", "top5", "accuracy", "throughput"} <= high
    assert CRITERIA["year"].sense is None


def test_an_unknown_criterion_is_answered_with_the_nearest() -> None:
    with pytest.raises(ZooError, match="unknown criterion 'topp5'; did you mean 'top5'"):
        criterion("topp5")


def test_a_measured_criterion_names_the_way_to_it() -> None:
    with pytest.raises(ZooError, match="`measured`"):
        criterion("latency", {item.key: item for item in PUBLISHED})


def test_a_measured_criterion_of_your_own_csv_gets_no_advice_about_measuring() -> None:
    with pytest.raises(ZooError, match=r"""^unknown criterion 'accuracy'; known: "GPU ms", params$"""):
        criterion("accuracy", {"params": CRITERIA["params"], "GPU ms": CRITERIA["gpu"]})
