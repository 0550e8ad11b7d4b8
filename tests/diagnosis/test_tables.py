"""The tables of a diagnosis."""

from collections.abc import Callable

from msgspec.structs import replace

from modelzoo.diagnosis.diagnosis import diagnose
from modelzoo.diagnosis.tables import MOST_ROWS, class_table, conclusion, diagnosis_tables
from modelzoo.runs.run import Run
from modelzoo.tables.text import render_text

MakeRun = Callable[..., Run]


def test_the_conclusion_names_the_worst_class(make_diagnosed: MakeRun) -> None:
    text = conclusion(diagnose(make_diagnosed()))
    assert "89.00 % of 100 test images correct" in text
    assert "Worst class: c, 50.0 % of 20 correct, mostly taken for a" in text


def test_a_line_has_80_columns_also_with_long_names_of_classes(make_diagnosed: MakeRun) -> None:
    run = make_diagnosed(classes=("a" * 300, "b" * 300, "c\x1b" * 100))
    for table in diagnosis_tables(diagnose(run)):
        text = render_text(table, 80, terminal=True)
        assert max(map(len, text.splitlines())) <= 80
        assert "\x1b" not in text


def test_of_many_classes_the_worst_are_shown_and_all_on_request(make_diagnosed: MakeRun) -> None:
    diagnosis = diagnose(make_diagnosed())
    many = replace(diagnosis, classes=diagnosis.classes * 20, confused=diagnosis.confused * 20)
    _, classes, pairs = diagnosis_tables(many)
    assert (len(classes.rows), len(pairs.rows)) == (MOST_ROWS, MOST_ROWS)
    assert "worst 10 of 60; --all" in classes.caption
    _, classes, pairs = diagnosis_tables(many, every=True)
    assert (len(classes.rows), len(pairs.rows)) == (60, 40)
    assert "--all" not in classes.caption
    assert len(class_table(many.classes).rows) == 60


def test_a_network_without_errors_has_no_confused_pairs(make_diagnosed: MakeRun) -> None:
    diagnosis = replace(diagnose(make_diagnosed()), confused=())
    assert len(diagnosis_tables(diagnosis)) == 2


def test_the_temperature_and_its_effect_are_shown(make_diagnosed: MakeRun) -> None:
    diagnosis = diagnose(make_diagnosed())
    assert "temperature" not in render_text(diagnosis_tables(diagnosis)[0], 80)
    assert diagnosis.calibration is not None
    calibrated = replace(diagnosis.calibration, temperature=1.25, ece_calibrated=0.5)
    text = render_text(diagnosis_tables(replace(diagnosis, calibration=calibrated))[0], 200)
    assert "0.50 points (logits / 1.250" in text
    assert "72.25 %, 16.75 points below the accuracy" in text


def test_without_probabilities_the_result_has_no_calibration(make_diagnosed: MakeRun) -> None:
    diagnosis = replace(diagnose(make_diagnosed()), calibration=None)
    text = render_text(diagnosis_tables(diagnosis)[0], 80)
    assert "Macro recall" in text
    assert "Calibration" not in text
