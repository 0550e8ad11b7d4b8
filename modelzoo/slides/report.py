"""What `zoo slides` says: the differences, how well print and arithmetic agree, and why their winners differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from modelzoo.slides.compare import (
    Comparison,
    Difference,
    Displaced,
    at_two_decimals,
    compare,
    printed_cells,
)
from modelzoo.slides.deck import (
    NORMALIZED,
    SCORE,
    SCORED,
    Computed,
    PrintedList,
    compute_deck,
    criterion_of,
    read_deck,
)
from modelzoo.slides.words import KINDS, TABLES, WORDS, column_heading
from modelzoo.tables import Column, Table


@dataclass(frozen=True)
class Reproduction:
    """The deck made again: what differs from print, and how alike the two orders of the sums are.

    Kendall's tau is over the models of the printed order of sums: of their positions, and (tau-b, which allows for
    ties) of their scores; None where there are fewer than two.
    """

    deck: tuple[PrintedList, ...]
    computed: Computed
    comparison: Comparison
    kendall_tau_positions: float | None
    kendall_tau_b_scores: float | None

    def cell_table(self, lang: str = "en") -> Table:
        """A row for each cell that differs."""
        words = WORDS[lang]
        columns = [
            Column("cell", words["column"], show=lambda address: _address(address, lang)),
            Column("name", words["model"]),
            Column("printed", words["printed"], right=True),
            Column("computed", words["computed"], show=_computed, right=True),
            Column("size", words["size"], show="{:+.4f}".format, right=True),
            Column("kind", words["kind"], show=KINDS[lang].__getitem__),
        ]
        rows = [
            [f"{item.table}.{item.column}", item.model, item.printed, item.computed, item.size, item.kind]
            for item in self.comparison.differences
        ]
        return Table(columns, rows)

    def order_table(self, lang: str = "en") -> Table:
        """A row for each position that differs, then the counts and the sentence."""
        words = WORDS[lang]
        columns = [
            Column("order", words["order"], show=lambda address: _address(address, lang)),
            Column("name", words["model"]),
            Column("printed_position", words["printed position"], right=True),
            Column("computed_position", words["computed position"], right=True),
        ]
        rows = [
            [f"{item.table}.{item.column}", item.model, item.printed_position, item.computed_position]
            for item in self.comparison.displaced
        ]
        return Table(columns, rows, caption=self.counts(lang), notes=(self.sentence(lang),))

    def counts(self, lang: str = "en") -> str:
        """How many cells and positions differ, and the rank correlations."""
        return WORDS[lang]["counts"].format(
            cells=self.comparison.cells,
            equal=self.comparison.cells - len(self.comparison.differences),
            different=len(self.comparison.differences),
            displaced=len(self.comparison.displaced),
            positions=_tau(self.kendall_tau_positions),
            scores=_tau(self.kendall_tau_b_scores),
        )

    def sentence(self, lang: str = "en") -> str:
        """Who wins in print, who by arithmetic, and which printed cell makes the difference."""
        return _winners(self.deck, self.computed, self.comparison.differences, lang)

    def to_dict(self) -> dict[str, Any]:
        """The whole result at full precision, as ``zoo slides --json`` prints it."""
        different = len(self.comparison.differences)
        return {
            "differences": [_difference_dict(item) for item in self.comparison.differences],
            "order": [_displaced_dict(item) for item in self.comparison.displaced],
            "counts": {
                "cells": self.comparison.cells,
                "equal": self.comparison.cells - different,
                "different": different,
                "displaced": len(self.comparison.displaced),
            },
            "kendall_tau_positions": self.kendall_tau_positions,
            "kendall_tau_b_scores": self.kendall_tau_b_scores,
            "sentence": self.sentence(),
        }


def reproduce(folder: Path | None = None) -> Reproduction:
    """The deck's five tables, made again and compared.

    Parameters
    ----------
    folder : a catalog folder with the printed tables in ``slides``; the shipped one unless given
    """
    deck, computed = read_deck(folder), compute_deck(folder)
    positions, scores = _correlations(deck, computed)
    return Reproduction(deck, computed, compare(deck, computed), positions, scores)


def _correlations(deck: Sequence[PrintedList], computed: Computed) -> tuple[float | None, float | None]:
    (printed,) = [one for one in deck if one.key == SCORE.key]
    pairs = [
        (row.position, row.cells[0].value, computed.scores[row.slug])
        for row in printed.rows
        if row.slug in computed.scores and row.cells[0].value is not None
    ]
    if len(pairs) < 2:
        return None, None
    from scipy.stats import kendalltau

    places, sums, scores = zip(*pairs, strict=True)
    # Positions fall as scores rise. Ties between the unrounded scores stand in any order.
    return float(-kendalltau(places, scores).statistic), float(kendalltau(sums, scores).statistic)


def _winners(deck: Sequence[PrintedList], computed: Computed, differences: Sequence[Difference], lang: str) -> str:
    words = WORDS[lang]
    (printed,) = [one for one in deck if one.key == SCORE.key]
    in_print = printed.rows[0].slug
    by_arithmetic = max(computed.scores, key=computed.scores.__getitem__)
    names, scores = computed.names, computed.scores
    told = {"print": names.get(in_print, in_print), "arithmetic": names[by_arithmetic]}
    told |= {"first": f"{scores[by_arithmetic]:.4f}", "second": f"{scores.get(in_print, float('nan')):.4f}"}
    if in_print == by_arithmetic:
        return words["same winner"].format(**told)
    for item in differences:
        if _decides(item, deck, [row.slug for row in printed.rows], by_arithmetic):
            return words["one cell decides"].format(
                **told,
                model=item.model,
                label=criterion_of(item.column.removesuffix(NORMALIZED)).label,
                computed=f"{item.computed:.4f}",
                printed=item.printed,
                sum=_sum(deck, in_print),
            )
    return words["no cell decides"].format(**told)


def _decides(item: Difference, deck: Sequence[PrintedList], order: Sequence[str], winner: str) -> bool:
    """Whether the printed sums have that winner once this one normalized cell is rounded right."""
    if not item.column.endswith(NORMALIZED) or not isinstance(item.computed, float):
        return False
    cells = {slug: dict(row) for slug, row in printed_cells(deck).items()}
    cells[item.slug][item.column.removesuffix(NORMALIZED)] = at_two_decimals(item.computed)
    # At a tie the one that is printed first wins, as it did in print.
    sums = {slug: sum(cells[slug].values(), Decimal(0)) for slug in order if len(cells.get(slug, {})) == len(SCORED)}
    return max(sums, key=sums.__getitem__) == winner


def _sum(deck: Sequence[PrintedList], slug: str) -> str:
    return str(sum(printed_cells(deck)[slug].values(), Decimal(0)))


def _address(address: str, lang: str) -> str:
    """``scores.top5_normalized`` in words; of a list ordered by its own column, the list is enough."""
    table, column = address.split(".")
    heading = column_heading(column, lang)
    return TABLES[lang][table] if table == f"by_{column}" else f"{TABLES[lang][table]}, {heading}"


def _computed(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4f}".rstrip("0").rstrip(".")


def _tau(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _difference_dict(item: Difference) -> dict[str, Any]:
    return {
        "table": item.table,
        "model": item.model,
        "slug": item.slug,
        "column": item.column,
        "printed": item.printed,
        "computed": item.computed,
        "size": item.size,
        "kind": item.kind,
    }


def _displaced_dict(item: Displaced) -> dict[str, Any]:
    return {
        "table": item.table,
        "column": item.column,
        "model": item.model,
        "slug": item.slug,
        "printed_position": item.printed_position,
        "computed_position": item.computed_position,
        "kind": "out of order",
    }
