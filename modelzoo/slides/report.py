"""`zoo slides`: the differences between print and arithmetic, their agreement, and their winners."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.slides.compare import Difference, compared_cells, differences
from modelzoo.slides.deck import Computed, load_deck
from modelzoo.slides.order import Displaced, displaced_rows, fewest_moves
from modelzoo.slides.printed import SCORE, PrintedList
from modelzoo.slides.winners import Winners, find_winners, sentence
from modelzoo.slides.words import KINDS, OUT_OF_ORDER, WORDS, address_in_words
from modelzoo.tables.table import MISSING, Column, Table


class Reproduction(msgspec.Struct, frozen=True):
    """The computed deck: every cell and position that differs from print, and the agreement of the orders of sums.

    `rows` counts the rows of all printed orders, `moves` the fewest moves to put them in order. Kendall's tau is of
    the positions in the printed order of sums, tau-b of the scores. Both are None for fewer than two models.
    """

    computed: Computed
    differences: tuple[Difference, ...]
    displaced: tuple[Displaced, ...]
    cells: int
    rows: int
    moves: int
    kendall_tau_positions: float | None
    kendall_tau_b_scores: float | None
    winners: Winners

    def table(self, lang: str = "en") -> Table:
        """Return a row for each differing cell and position, with the counts and the winners."""
        words = WORDS[lang]
        columns = [
            Column("cell", words["cell"], show=lambda address: address_in_words(address, lang)),
            Column("name", words["model"], wrap=False),
            Column("printed", words["printed"], right=True),
            Column("computed", words["computed"], show=_show_number, right=True),
            Column("off_by", words["size"], show=_show_size, right=True),
            Column("kind", words["kind"], show=lambda kind: KINDS[lang].get(kind, kind)),
        ]
        rows = [
            [f"{item.table}.{item.column}", item.model, item.printed, item.computed, item.size, item.kind]
            for item in self.differences
        ]
        rows += [
            [f"{row.table}.{row.column}.place", row.model, before, after, before - after, OUT_OF_ORDER]
            for row in self.displaced
            for before, after in [(row.printed_position, row.computed_position)]
        ]
        return Table(columns, rows, caption=self.counts(lang), notes=(self.sentence(lang),))

    def counts(self, lang: str = "en") -> str:
        """Return the numbers of differing cells and positions, and the rank correlations."""
        taus = {
            "positions": _show_tau(self.kendall_tau_positions),
            "scores": _show_tau(self.kendall_tau_b_scores),
        }
        return WORDS[lang]["counts"].format(**self._counts(), **taus)

    def _counts(self) -> dict[str, int]:
        different = len(self.differences)
        return {
            "cells": self.cells,
            "equal": self.cells - different,
            "different": different,
            "rows": self.rows,
            "displaced": len(self.displaced),
            "moves": self.moves,
        }

    def sentence(self, lang: str = "en") -> str:
        """Return the winners in print and by arithmetic, and the printed cell that decides between them."""
        return sentence(self.winners, self.computed, lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result for JSON, at full precision."""
        return {
            "differences": [_difference_dict(item) for item in self.differences],
            "order": [msgspec.structs.asdict(item) | {"kind": OUT_OF_ORDER} for item in self.displaced],
            "counts": self._counts(),
            "kendall_tau_positions": self.kendall_tau_positions,
            "kendall_tau_b_scores": self.kendall_tau_b_scores,
            "sentence": self.sentence(),
        }


def reproduce(folder: Path | None = None) -> Reproduction:
    """Compute the deck's five tables and compare them with print.

    Parameters
    ----------
    folder : a catalog folder with the printed tables in ``slides``, by default the shipped one

    Raises
    ------
    ZooError
        With the first problem of the catalog or of the printed tables.
    """
    deck, computed = load_deck(folder)
    differing = tuple(differences(deck, computed))
    positions, scores = _correlations(deck, computed)
    return Reproduction(
        computed=computed,
        differences=differing,
        displaced=tuple(row for printed in deck for row in displaced_rows(printed, computed)),
        cells=len(compared_cells(deck, computed)),
        rows=sum(len(printed.rows) for printed in deck),
        moves=sum(fewest_moves(printed, computed) for printed in deck),
        kendall_tau_positions=positions,
        kendall_tau_b_scores=scores,
        winners=find_winners(deck, computed, differing),
    )


def _correlations(deck: Sequence[PrintedList], computed: Computed) -> tuple[float | None, float | None]:
    (printed,) = [order for order in deck if order.key == SCORE.key]
    pairs = [
        (row.position, row.cells[0].value, computed.scores[row.slug], computed.ranks[row.slug])
        for row in printed.rows
        if row.slug in computed.scores and row.cells[0].value is not None
    ]
    if len(pairs) < 2:
        return None, None
    from scipy.stats import kendalltau

    positions, sums, scores, ranks = zip(*pairs, strict=True)
    return _defined(kendalltau(positions, ranks).statistic), _defined(kendalltau(sums, scores).statistic)


def _defined(tau: float) -> float | None:
    """Return the correlation; None if all scores are equal."""
    return None if tau != tau else float(tau)


def _show_number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value == int(value) else f"{value:.4f}"


def _show_size(value: float) -> str:
    return f"{value:+.0f}" if value == int(value) else f"{value:+.4f}"


def _show_tau(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _difference_dict(item: Difference) -> dict[str, Any]:
    return {
        "table": item.table,
        "model": item.model,
        "slug": item.slug,
        "column": item.column,
        "printed": item.printed if item.value is None else item.value,
        "computed": item.computed,
        "size": item.size,
        "kind": item.kind,
    }
