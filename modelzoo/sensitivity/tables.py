"""Tables of first-rank robustness and robustness."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.first_rank import FirstRank, FirstShare, weightings
from modelzoo.sensitivity.rank_reversal import Variation
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.sensitivity.robustness import RankInterval, RobustModel, Robustness


def first_rank_table(
    result: FirstRank, shares: Sequence[FirstShare], ranking: Ranking, top: int | None = None
) -> Table:
    """Return the ranking's table with the first-rank share of each model, the best `top` models only."""
    table = ranking.best(top).table()
    index = 1 + [column.key for column in table.columns].index("score")
    rows = [[*row[:index], first.share, *row[index:]] for row, first in zip(table.rows, shares, strict=False)]
    return replace(
        table,
        columns=[*table.columns[:index], _first_column(), *table.columns[index:]],
        rows=rows,
        caption=f"{table.caption} {_conditions(result)}",
        lead=result.sentence,
    )


def first_rank_json(
    result: FirstRank, shares: Sequence[FirstShare], ranking: Ranking, top: int | None = None
) -> dict[str, Any]:
    """Return the ranking's JSON with `first` in each of its rows, and the result under `robust`."""
    payload = ranking.best(top).to_dict()
    for row, first in zip(payload["ranking"], shares, strict=False):
        row["first"] = msgspec.to_builtins(first)
    return payload | {"robust": msgspec.to_builtins(result)}


def robustness_table(result: "Robustness", top: int | None = None) -> Table:
    """Return a row for each of the best `top` models: first-rank share, mean rank, ranks, weights, change."""
    keys = "/".join(item.key for item in result.weights)
    columns = [
        Column("rank", "#", right=True),
        Column("name", "Model", wrap=False),
        _first_column(),
        Column("standard_error", "±", show=lambda error: f"{100 * error:.2f}", right=True),
        Column("mean_rank", "Mean rank", show="{:.1f}".format, right=True),
        Column("ranks", "Ranks", right=True),
        Column("central", f"First at {keys} (%)", show=_show_weights, right=True),
        Column("confidence", "Sure (%)", show=lambda share: f"{100 * share:.0f}", right=True),
        Column("distance", "Change", show="{:.3f}".format, right=True),
    ]
    rows = [_robustness_row(model) for model in result.models[:top]]
    return Table(columns, rows, _robustness_caption(result), _robustness_notes(result), lead=result.sentence)


def flat_robustness_table(result: "Robustness") -> Table:
    """Return the numbers of every model, one a cell; shares are of 1."""
    keys = [item.key for item in result.weights]
    columns = [
        *(Column(key, key) for key in ("slug", "name", "rank", "score")),
        *(Column(key, key, unit="share of 1") for key in ("first", "standard_error")),
        Column("mean_rank", "mean_rank"),
        *(Column(key, key) for key in ("best", "worst")),
        *(Column(f"{key}_central", f"{key}_central", unit="share of 1") for key in keys),
        Column("confidence", "confidence", unit="share of 1"),
        Column("distance", "distance"),
    ]
    rows = [_flat_row(model, keys) for model in result.models]
    return Table(columns, rows, _robustness_caption(result))


def _flat_row(model: "RobustModel", keys: Sequence[str]) -> list[Any]:
    return [
        *(model.slug, model.name, model.rank, model.score),
        *(model.first.share, model.first.standard_error, model.mean_rank),
        *((None, None) if model.ranks is None else (model.ranks.best, model.ranks.worst)),
        *(None if model.central is None else model.central[key] for key in keys),
        model.confidence,
        None if model.change is None else model.change.distance,
    ]


def describe_variations(variations: Sequence[Variation], first: str) -> list[str]:
    """Describe the rank reversals, a line for each way to rank; `first` is the winner of the ranking."""
    lines = [_describe_left_out([item for item in variations if item.kind == "without"], first)]
    titles = {"normalize": "Normalized by {}", "bounds": "Bounds over {} models", "source": "Values from {}"}
    for kind, title in titles.items():
        lines += [f"{title.format(item.name)}: {_outcome(item)}." for item in variations if item.kind == kind]
    return lines


def _first_column() -> Column:
    return Column("first", "First (%)", show=lambda share: f"{100 * share:.1f}", right=True)


def _conditions(result: FirstRank) -> str:
    if result.exact:
        return f"First: share of {weightings(result.asked)}, exact."
    return f"First: share of {weightings(result.asked)}, {result.samples:,} drawn evenly (seed {result.seed})."


def _robustness_row(model: "RobustModel") -> list[Any]:
    return [
        model.rank,
        model.name,
        model.first.share,
        model.first.standard_error,
        model.mean_rank,
        None if model.ranks is None else _show_ranks(model.ranks),
        None if model.central is None else _Weights(model.central.values()),
        model.confidence,
        None if model.change is None else model.change.distance,
    ]


def _robustness_caption(result: "Robustness") -> str:
    mean_rank = f" Mean rank: over the first {result.rank_samples:,} of them."
    beyond = ", asked for or not" if result.asked else ""
    return (
        f"{_conditions(result)}{mean_rank if result.rank_samples < result.samples else ''} "
        f"Ranks: by the given weights, each value anywhere within {result.within}, bounds fixed. "
        "First at: mean weighting in which it is first. Sure: how often it is first there, values within "
        f"{result.within.replace('its', 'their', 1)}. "
        f"Change: distance of the shares of the weights to the nearest at which it is first{beyond}."
    )


def _robustness_notes(result: "Robustness") -> list[str]:
    names = {model.slug: model.name for model in result.models}
    first = result.models[0].name
    notes = ["Below, weights move to any weighting, whether or not it was asked for."] if result.asked else []
    notes.append(f"{first} stays first, the other weights as given, with a weight on {_stability(result, names)}.")
    if result.rival is not None:
        total = sum(item.weight for item in result.weights)
        change = result.rival.change
        notes.append(
            "The smallest change of all weights that ends this, from "
            f"{_show_weights(item.weight / total for item in result.weights)} to "
            f"{_show_weights(change.shares.values())} % (distance {change.distance:.3f}), "
            f"puts {names[result.rival.slug]} level."
        )
    return notes + describe_variations(result.variations, first)


def _stability(result: "Robustness", names: dict[str, str]) -> str:
    parts = []
    for item in result.weights:
        high = "up" if item.high is None else f"to {item.high:.3g}"
        ends = [f"below {names[item.below]}"] if item.below else []
        ends += [f"above {names[item.above]}"] if item.above else []
        parts.append(f"{item.key} from {item.low:.3g} {high}" + (f" ({', '.join(ends)})" if ends else ""))
    return "; ".join(parts)


def _describe_left_out(variations: Sequence[Variation], first: str) -> str:
    moved = [item for item in variations if item.turned]
    ended = [item for item in moved if item.name != first and first not in item.first]
    failed = [item for item in variations if item.reason]
    text = f"With any one other model left out, {first} stays first"
    if ended:
        text += f", except {', '.join(f'{item.name} ({_leads(item)})' for item in ended)}"
    if moved:
        text += f"; pairs that change places: {', '.join(f'{item.turned} without {item.name}' for item in moved)}"
    if failed:
        text += f"; it cannot be ranked without {', '.join(item.name for item in failed)}: {failed[0].reason}"
    return text + "."


def _outcome(item: Variation) -> str:
    if item.reason:
        return "nothing can be ranked"
    pairs = {0: "no pair of models changes places", 1: "1 pair of models changes places"}
    return f"{_leads(item)}, {pairs.get(item.turned, f'{item.turned} pairs of models change places')}"


def _leads(item: Variation) -> str:
    return f"{item.first[0]} leads" if len(item.first) == 1 else f"{', '.join(item.first)} lead"


def _show_weights(shares: Iterable[float]) -> str:
    return "/".join(f"{100 * share:.0f}" for share in shares)


def _show_ranks(ranks: "RankInterval") -> str:
    return f"{ranks.best}" if ranks.best == ranks.worst else f"{ranks.best}-{ranks.worst}"


class _Weights(tuple[float, ...]):
    """A weight vector in one cell; CSV has numbers separated by blanks."""

    def __str__(self) -> str:
        return " ".join(map(str, self))
