"""The data of the page: models, criteria, published values, and measured values by section, in columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from modelzoo.board.columns import show_range
from modelzoo.board.leaderboard import Leaderboard, Row, Section
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.page.details import Detail, detail_of
from modelzoo.page.sentence import describe_section
from modelzoo.runs.measured import MEASURES
from modelzoo.scoring.ranking import Ranking

# A slider moves all rows of the table within the time of one frame.
MOST_MODELS = 5_000

Values = list[float | None]


class Models(msgspec.Struct, frozen=True):
    """Facts about the models, a list for each fact; models of the catalog precede models that were only measured."""

    slug: list[str]
    name: list[str]
    family: list[str]
    year: list[int | None]
    highlight: list[str]


class PageCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the page: `of` is the criterion, `key` unique, as `params` is published and measured."""

    key: str
    of: str
    label: str
    heading: str
    unit: str
    sense: str | None
    decimals: int
    trim: bool
    measured: bool


class Published(msgspec.Struct, frozen=True):
    """Published values by criterion, the index of the source of each value, and the weights of the published rank."""

    values: dict[str, Values]
    origins: dict[str, list[int | None]]
    by: dict[str, float]


class PageSource(msgspec.Struct, frozen=True):
    """A source of published values with its conditions by topic."""

    key: str
    title: str
    address: str
    version: str
    conditions: dict[str, str]


class RowPair(msgspec.Struct, frozen=True):
    """Two rows of a section, and a number of test images, None if it is not known."""

    first: int
    second: int
    images: int | None


class PageSection(msgspec.Struct, frozen=True, kw_only=True):
    """The models measured under one protocol: facts and values of each row, and weights of the measured rank.

    `separations` are tied rows, neighbors in accuracy, with the further test images that would separate them.
    """

    name: str
    caption: str
    notes: list[str]
    by: dict[str, float]
    sentence: str
    rows: dict[str, list[Any]]
    values: dict[str, Values]
    separations: list[RowPair]


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """All data of the page. The lists of `models` have one item a model, the lists of a section one item a row."""

    title: str
    version: str
    models: Models
    criteria: list[PageCriterion]
    published: Published
    sources: list[PageSource]
    sections: list[PageSection]
    details: list[Detail]


def payload_of(board: Leaderboard, *, title: str, version: str) -> Payload:
    """Return the data of the page: all models of the catalog with a source, and all measured ones.

    Raises
    ------
    ZooError
        If there are too many models for a page.
    """
    catalog, chosen = board.catalog, board.published.sources
    table = catalog.table(tuple(catalog.criteria), chosen)
    index = {slug: number for number, slug in enumerate(table.slugs)}
    names = list(table.names)
    for row in (row for section in board.sections for row in section.rows):
        if row.measured.slug not in index:
            index[row.measured.slug] = len(names)
            names.append(row.name)
    if len(names) > MOST_MODELS:
        raise ZooError(
            f"{len(names):,} models are too many for a page; expected {MOST_MODELS:,} at most; export .csv or .json, "
            "or leave models out of the catalog"
        )
    published = [column for column in range(len(table.criteria)) if not np.isnan(table.values[:, column]).all()]
    measured = _measured_keys(board.sections, [table.criteria[column].key for column in published])
    details: list[Detail] = []
    return Payload(
        title=title,
        version=version,
        models=_models(catalog, index, names),
        criteria=[
            *(_criterion(table.criteria[column], board.published) for column in published),
            *(_measured_criterion(key, unique, board.sections) for key, unique in measured.items()),
        ],
        published=_published(table, published, len(names), board.published),
        sources=[_source(source) for source in catalog.chosen_sources(chosen)],
        sections=[_section(section, index, measured, details) for section in board.sections],
        details=details,
    )


def _models(catalog: Catalog, index: Mapping[str, int], names: Sequence[str]) -> Models:
    models = [catalog.models.get(slug) for slug in index]
    return Models(
        slug=list(index),
        name=list(names),
        family=[model.family if model else "" for model in models],
        year=[model.year if model else None for model in models],
        highlight=[model.highlights_en if model else "" for model in models],
    )


def _measured_keys(sections: Sequence[Section], published: Sequence[str]) -> dict[str, str]:
    """Return the measured criteria with a value, each with a key that no published criterion has."""
    keys: dict[str, str] = {}
    for key, measure in MEASURES.items():
        if any(measure(row.measured) is not None for section in sections for row in section.rows):
            unique = key
            while unique in published or (unique != key and unique in MEASURES):
                unique = f"measured_{unique}"
            keys[key] = unique
    return keys


def _criterion(
    criterion: Criterion, *rankings: Ranking | None, unique: str = "", measured: bool = False
) -> PageCriterion:
    """Return the column of a criterion; a ranking by it may state its sense."""
    senses = {item.key: item.sense for ranking in rankings if ranking for item in ranking.criteria}
    return PageCriterion(
        key=unique or criterion.key,
        of=criterion.key,
        label=criterion.label,
        heading=criterion.heading(),
        unit=criterion.unit,
        sense=senses.get(criterion.key, criterion.sense),
        decimals=criterion.decimals,
        trim=criterion.trim,
        measured=measured,
    )


def _measured_criterion(key: str, unique: str, sections: Sequence[Section]) -> PageCriterion:
    criterion = CRITERIA[key]
    if unique != key:
        label = "Parameters as built" if key == "params" else f"{criterion.label}, measured"
        criterion = msgspec.structs.replace(criterion, label=label)
    return _criterion(criterion, *(section.ranking for section in sections), unique=unique, measured=True)


def _published(table: DecisionTable, columns: Sequence[int], models: int, ranking: Ranking) -> Published:
    more: list[None] = [None] * (models - len(table.slugs))
    keys = {column: table.criteria[column].key for column in columns}
    return Published(
        values={key: [*_known(table.values[:, column].tolist()), *more] for column, key in keys.items()},
        origins={
            key: [*(None if origin < 0 else origin for origin in table.origins[:, column].tolist()), *more]
            for column, key in keys.items()
        },
        by=_weights(ranking),
    )


def _weights(ranking: Ranking) -> dict[str, float]:
    return {item.key: weight for item, weight in zip(ranking.criteria, ranking.stated_weights, strict=True)}


def _known(values: Iterable[float]) -> Values:
    return [None if value != value else value for value in values]


def _source(source: Source) -> PageSource:
    return PageSource(
        key=source.key,
        title=source.title,
        address=source.address,
        version=source.version,
        conditions=dict(source.conditions),
    )


def _section(
    section: Section, index: Mapping[str, int], measured: Mapping[str, str], details: list[Detail]
) -> PageSection:
    """Return the data of a section; add the details of its runs to `details`."""
    protocol = section.protocol
    by = _weights(section.ranking) if section.ranking else {}
    rows = {row.measured.slug: number for number, row in enumerate(section.rows)}
    return PageSection(
        name=f"{protocol.data} on {protocol.hardware}, {protocol.precision}",
        caption=section.caption,
        notes=section.notes_on(),
        sentence=describe_section(section),
        by={measured[key]: weight for key, weight in by.items()},
        rows={
            "model": [index[row.measured.slug] for row in section.rows],
            **{key: [fact(row) for row in section.rows] for key, fact in _FACTS.items()},
            "detail": [_detail(row, details) for row in section.rows],
        },
        values={unique: [MEASURES[key](row.measured) for row in section.rows] for key, unique in measured.items()},
        separations=[RowPair(rows[pair.first], rows[pair.second], pair.images) for pair in section.separations],
    )


_FACTS: Mapping[str, Callable[[Row], Any]] = {
    "variant": lambda row: row.measured.variant,
    "recipe": lambda row: row.measured.recipe,
    "epochs": lambda row: show_range(row.measured.epochs),
    "images": lambda row: row.measured.runs[0].record.dataset.train_images,
    "seeds": lambda row: len(row.measured.seeds),
    "origin": lambda row: row.origin,
    "completed": lambda row: row.measured.completed,
    "tie": lambda row: row.tie,
    "published_rank": lambda row: row.published_rank,
    "measured_rank": lambda row: row.measured_rank,
    "change": lambda row: row.change,
    "low": lambda row: row.measured.accuracy_low,
    "high": lambda row: row.measured.accuracy_high,
    "runs": lambda row: [run.id for run in row.measured.runs],
}


def _detail(row: Row, details: list[Detail]) -> int:
    details.append(detail_of(row.measured.runs[0]))
    return len(details) - 1
