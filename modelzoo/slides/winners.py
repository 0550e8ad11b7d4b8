"""The winners in print and by arithmetic, and the printed cell that decides between them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.slides.compare import Difference, at_two_decimals, printed_parts
from modelzoo.slides.deck import Computed
from modelzoo.slides.printed import NORMALIZED, SCORE, SCORED, PrintedList, criterion_of
from modelzoo.slides.words import WORDS

Sums = Mapping[str, Decimal]


class Winners(msgspec.Struct, frozen=True):
    """The two winners by slug, the sums of the printed cells, and the cell that decides between the winners."""

    printed: str
    computed: str
    sums: Sums
    deciding: Difference | None


def find_winners(deck: Sequence[PrintedList], computed: Computed, differing: Sequence[Difference]) -> Winners:
    """Find the first model in the printed order of sums, the ranker's first, and the cell that decides.

    A cell decides if the printed cells give the printed winner, and with its correct rounding the ranker's
    winner. At equal sums the model printed first leads.
    """
    (order,) = [printed.slugs for printed in deck if printed.key == SCORE.key]
    parts = printed_parts(deck)
    sums = _sums(parts, order)
    in_print, by_arithmetic = order[0], next(iter(computed.scores))
    best, reached = computed.scores[by_arithmetic], computed.scores.get(in_print)
    if reached is not None and best - reached < TOLERANCE * len(SCORED):
        return Winners(in_print, in_print, sums, None)
    deciding = None
    if sums and _leader(sums) == in_print:
        deciding = next((item for item in differing if _decides(item, parts, order, by_arithmetic)), None)
    return Winners(in_print, by_arithmetic, sums, deciding)


def _decides(item: Difference, parts: Mapping[str, Sums], order: Sequence[str], winner: str) -> bool:
    if not item.column.endswith(NORMALIZED) or not isinstance(item.computed, float):
        return False
    corrected = {**parts.get(item.slug, {}), item.column: at_two_decimals(item.computed)}
    return _leader(_sums({**parts, item.slug: corrected}, order)) == winner


def _sums(parts: Mapping[str, Sums], order: Sequence[str]) -> Sums:
    complete = [slug for slug in order if len(parts.get(slug, {})) == len(SCORED)]
    return {slug: sum(parts[slug].values(), Decimal(0)) for slug in complete}


def _leader(sums: Sums) -> str:
    return max(sums, key=sums.__getitem__)


def sentence(winners: Winners, computed: Computed, lang: str) -> str:
    """Return one sentence about the winners and the deciding cell."""
    words, scores = WORDS[lang], computed.scores
    first, second = scores[winners.computed], scores.get(winners.printed)
    names = {"print": computed.names[winners.printed], "arithmetic": computed.names[winners.computed]}
    names["first"] = f"{first:.4f}"
    if second is None:
        return words["unscored winner"].format(**names)
    names["second"] = f"{second:.4f}"
    if winners.printed == winners.computed:
        return words["same winner"].format(**names)
    if (cell := winners.deciding) is None:
        return words["no cell decides"].format(**names)
    criterion = criterion_of(cell.column.removesuffix(NORMALIZED))
    leads, follows = winners.sums[winners.printed], winners.sums.get(winners.computed)
    return words["one cell decides"].format(
        **names,
        model=cell.model,
        label=criterion.label_ko if lang == "ko" else criterion.label,
        computed=f"{cell.computed:.4f}",
        printed=cell.printed,
        sums=words["tied sums" if leads == follows else "led sums"].format(**names, sum=leads, other=follows),
    )
