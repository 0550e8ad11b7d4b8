"""Why the two winners differ: the sentence follows what is printed."""

from collections.abc import Callable

from modelzoo.slides.report import reproduce

SCORES = "slides/scores.csv"


def test_no_cell_decides_where_two_are_needed(edit: Callable) -> None:
    edit(SCORES, "EfficientNetB2,6.5,0.94", "EfficientNetB2,6.5,0.93")
    found = reproduce(edit(SCORES, "EfficientNetB2,9.2M,0.93", "EfficientNetB2,9.2M,0.92"))
    assert found.winners.deciding is None
    assert "2.7547 to 2.7497; no single printed cell makes the difference" in found.sentence()
    assert "2.7547 대 2.7497" in found.sentence("ko")


def test_no_cell_decides_where_the_printed_cells_speak_for_the_arithmetic(edit: Callable) -> None:
    found = reproduce(edit(SCORES, "EfficientNetB2,6.5,0.94", "EfficientNetB2,6.5,0.95"))
    assert (found.winners.printed, found.winners.computed) == ("efficientnetb1", "efficientnetb2")
    assert found.winners.deciding is None


def test_a_cell_that_flatters_the_printed_winner_decides_too(edit: Callable) -> None:
    edit(SCORES, "EfficientNetB2,6.5,0.94", "EfficientNetB2,6.5,0.95")
    found = reproduce(edit(SCORES, "EfficientNetB1,5.6,0.96", "EfficientNetB1,5.6,0.98"))
    for fact in ("EfficientNetB1's normalized GPU is 0.9622 and printed as 0.98", "2.76", "2.75", "2.7547 to 2.7497"):
        assert fact in found.sentence()
    assert "2.76, EfficientNetB2 모델은 2.75" in found.sentence("ko")


def test_a_source_that_bears_print_out_leaves_nothing_to_explain(edit: Callable) -> None:
    found = reproduce(edit("sources/slides.csv", "94.9,6.5", "94.9,7.5"))
    assert found.sentence() == "Print and arithmetic agree on the winner: EfficientNetB1, with 2.7497."
    assert "EfficientNetB1" in found.sentence("ko")
