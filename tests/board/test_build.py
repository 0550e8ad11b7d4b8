"""Both ranks over the same models, and the reasons of models without ranks."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.board.build import leaderboard
from modelzoo.board.columns import leaderboard_tables
from modelzoo.board.leaderboard import Row, Section
from modelzoo.board.ranks import ordinal
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.errors import ZooError
from modelzoo.runs.run import Run
from modelzoo.scoring.rank import rank

GLYPHS = {"name": "glyphs", "title": "Glyphs", "synthetic": True, "checksums": {"train": "ef"}}


def runs_of(records: Iterable[Any], origin: Any = "local") -> list[Run]:
    return [Run(record, Path("none"), origin) for record in records]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def records(make_record: Callable[..., Any]) -> list[Any]:
    """Make records of three models with published values, each best at one criterion, and of LeNet-5 without Top-5."""
    return [
        make_record("efficientnetb1", correct=8700, latency=12.0, total_params=6_600_000),
        make_record("resnet50", correct=8600, latency=8.0, total_params=23_600_000),
        make_record("mobilenet", correct=8650, latency=4.0, total_params=3_200_000),
        make_record("lenet5", name="LeNet-5", correct=8500, latency=0.5, total_params=61_000),
    ]


def only(records: list[Any], catalog: Catalog, **options: Any) -> Section:
    (section,) = leaderboard(runs_of(records), catalog, **options).sections
    return section


def row_of(section: Section, slug: str) -> Row:
    return next(row for row in section.rows if row.measured.slug == slug)


def test_scores_that_nobody_ranks_by_are_not_read(
    make_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def ece_of(run: Run) -> float:
        read.append(run.id)
        return 2.5

    monkeypatch.setattr("modelzoo.runs.measured.ece_of", ece_of)
    runs = [make_run("efficientnetb1"), make_run("mobilenet", correct=8500)]
    leaderboard_tables(leaderboard(runs, load_catalog()))
    assert read == []
    leaderboard_tables(leaderboard(runs, load_catalog(), by="accuracy,ece"))
    assert set(read) == {run.id for run in runs}


def test_completed_models_have_a_measured_rank_and_those_with_published_values_both(
    records: list[Any], catalog: Catalog
) -> None:
    rows = only(records, catalog).rows
    assert [row.measured_rank for row in rows] == [1, 2, 3, 4]
    published = {row.measured.slug: row.published_rank for row in rows}
    assert published["lenet5"] is None
    assert sorted(rank for rank in published.values() if rank) == [1, 2, 3]


def test_the_published_rank_and_score_are_those_of_rank_over_the_catalog(records: list[Any], catalog: Catalog) -> None:
    whole = {entry.slug: (entry.rank, entry.score) for entry in rank(catalog, by="top5,gpu,params").entries}
    ranked = [row for row in only(records, catalog).rows if row.published_rank]
    expected = sorted(ranked, key=lambda row: whole[row.measured.slug][0])
    assert [row.published_rank for row in expected] == [1, 2, 3]
    assert all(row.published_score == whole[row.measured.slug][1] for row in ranked)


def test_the_measured_score_is_the_sum_of_min_max_normalized_figures(records: list[Any], catalog: Catalog) -> None:
    # Over the four that are complete: accuracy 85-87 %, latency 0.5-12 ms, 61,000-23,600,000 parameters.
    expected = (86.5 - 85) / 2 + (12 - 4) / 11.5 + (23_600_000 - 3_200_000) / (23_600_000 - 61_000)
    section = only(records, catalog)
    assert row_of(section, "mobilenet").measured_score == pytest.approx(expected)
    assert row_of(section, "mobilenet").measured_rank == 1


def test_the_change_is_the_ranks_gained_among_the_models_with_both(records: list[Any], catalog: Catalog) -> None:
    changes = {
        row.measured.slug: (row.published_rank, row.measured_rank, row.change) for row in only(records, catalog).rows
    }
    # LeNet-5, second as measured, moves no model that stays behind the same ones.
    assert changes == {
        "efficientnetb1": (1, 3, -1),
        "mobilenet": (3, 1, 2),
        "resnet50": (2, 4, -1),
        "lenet5": (None, 2, None),
    }


def test_a_model_without_published_values_is_named_with_the_missing_ones(records: list[Any], catalog: Catalog) -> None:
    (note,) = [note for note in only(records, catalog).notes_on() if note.startswith("Without a published rank")]
    assert note == "Without a published rank: LeNet-5 (no value for top5, gpu)."


def test_your_own_networks_are_ranked_without_any_published_values(
    make_record: Callable[..., Any], catalog: Catalog
) -> None:
    section = only([make_record("mine"), make_record("other", correct=8700)], catalog, by="accuracy")
    assert [(row.measured_rank, row.published_rank, row.change) for row in section.rows] == [
        (1, None, None),
        (2, None, None),
    ]
    assert any(note.startswith("No published ranks") for note in section.notes_on())


def test_a_model_that_the_source_does_not_know_is_shown_under_its_own_name(
    make_record: Callable[..., Any], records: list[Any], catalog: Catalog
) -> None:
    section = only([*records, make_record("minenet", name="Mine")], catalog)
    assert row_of(section, "minenet").name == "Mine"
    assert row_of(section, "minenet").published == {}
    assert any("Mine (not known to slides)" in note for note in section.notes_on())


def test_a_model_without_a_latency_has_no_rank(records: list[Any], catalog: Catalog) -> None:
    records[1] = replace(records[1], latency=())
    section = only(records, catalog)
    assert row_of(section, "resnet50").measured_rank is None
    assert row_of(section, "resnet50").published_rank is None
    assert any(
        note.startswith("ResNet50 has no rank (measured values: no value for latency") for note in section.notes_on()
    )


def test_a_run_stopped_at_a_limit_is_marked_and_changes_no_rank(records: list[Any], catalog: Catalog) -> None:
    before = only(records[1:], catalog)
    records[0] = replace(records[0], stopped_by="limit")
    after = only(records, catalog)
    ranks = {row.measured.slug: (row.measured_rank, row.published_rank, row.measured_score) for row in before.rows}
    assert {row.measured.slug: (row.measured_rank, row.published_rank, row.measured_score) for row in after.rows} == {
        **ranks,
        "efficientnetb1": (None, None, None),
    }
    assert after.rows[-1].measured.slug == "efficientnetb1"
    (note,) = [
        note for note in after.notes_on() if note.startswith("* EfficientNetB1 was stopped at a limit after 12 epochs")
    ]
    assert "before its schedule was complete: not ranked" in note


def test_fewer_than_two_models_have_no_rank_and_that_is_said(records: list[Any], catalog: Catalog) -> None:
    section = only(records[:1], catalog)
    assert all(row.measured_rank is None and row.published_rank is None for row in section.rows)
    assert any(note.startswith("No ranks: they need two models") for note in section.notes_on())


def test_one_model_with_published_values_has_no_published_rank(records: list[Any], catalog: Catalog) -> None:
    section = only(records[2:], catalog)
    assert [row.measured_rank for row in section.rows] == [1, 2]
    assert all(row.published_rank is None and row.change is None for row in section.rows)
    assert any(note.startswith("No published ranks") for note in section.notes_on())


def test_where_nothing_was_completed_nothing_is_ranked(records: list[Any], catalog: Catalog) -> None:
    section = only([replace(record, stopped_by="limit") for record in records], catalog)
    assert all(row.measured_rank is None for row in section.rows)
    assert [row.measured.accuracy for row in section.rows] == [87.0, 86.5, 86.0, 85.0]


def test_without_any_latency_the_figures_are_shown_all_the_same(records: list[Any], catalog: Catalog) -> None:
    section = only([replace(record, latency=()) for record in records], catalog)
    assert [row.measured.accuracy for row in section.rows] == [87.0, 86.5, 86.0, 85.0]
    assert "EfficientNetB1 has no rank (measured values: no value for latency)." in section.notes_on()


def test_models_that_measure_alike_share_their_rank(records: list[Any], catalog: Catalog) -> None:
    alike = [replace(record, test=records[0].test) for record in records[:3]]
    rows = only(alike, catalog, by="accuracy").rows
    assert [row.measured_rank for row in rows] == [1, 1, 1]
    note = "all models have the same accuracy; it gives 1 to each and moves no rank"
    assert note in only(alike, catalog, by="accuracy").notes_on()


def test_synthetic_and_real_images_are_never_in_one_table(records: list[Any], catalog: Catalog) -> None:
    made_up = [replace(record, dataset=replace(record.dataset, **GLYPHS)) for record in records[:2]]
    board = leaderboard(runs_of([*made_up, *records]), catalog)
    assert [section.protocol.data for section in board.sections] == ["emnist47", "glyphs (synthetic)"]
    assert "synthetic" in board.sections[1].caption
    assert len(board.sections[1].rows) == 2
    assert only([*made_up, *records], catalog, dataset="glyphs").protocol.dataset == "glyphs"


def test_runs_on_a_gpu_come_first_however_few(records: list[Any], catalog: Catalog) -> None:
    on_gpu = replace(records[0], hardware=replace(records[0].hardware, gpu="NVIDIA H100"))
    board = leaderboard(runs_of([*records, on_gpu]), catalog)
    assert [(section.protocol.gpu, len(section.rows)) for section in board.sections] == [("NVIDIA H100", 1), (None, 4)]


def test_the_same_command_on_another_machine_is_another_measurement(records: list[Any], catalog: Catalog) -> None:
    here = [replace(record, hardware=replace(record.hardware, cpu="EPYC")) for record in records[:2]]
    runs = [*runs_of(here), *runs_of(records, "shipped")]
    board = leaderboard(runs, catalog, shipped=True)
    assert [(section.protocol.cpu, len(section.rows)) for section in board.sections] == [("EPYC", 2), ("Xeon 8481C", 4)]
    assert [section.protocol.cpu for section in leaderboard(runs, catalog).sections] == ["EPYC"]


def test_seeds_from_here_and_from_the_package_are_put_together(
    make_record: Callable[..., Any], records: list[Any], catalog: Catalog
) -> None:
    other = make_record("mobilenet", correct=8670, seed=1, latency=4.0, total_params=3_200_000)
    runs = [*runs_of([other]), *runs_of(records, "shipped")]
    (section,) = leaderboard(runs, catalog, shipped=True).sections
    row = row_of(section, "mobilenet")
    assert (row.origin, row.measured.seeds, row.measured.accuracy) == ("local and shipped", (0, 1), pytest.approx(86.6))
    assert any(
        note.startswith("MobileNet: mean of 2 seeds, which reach 86.50 to 86.70 %") for note in section.notes_on()
    )


def test_without_predictions_models_with_overlapping_intervals_are_tied(records: list[Any], catalog: Catalog) -> None:
    section = only(records, catalog)
    ties = {row.measured.slug: row.tie for row in section.rows}
    # 87.0, 86.5, 86.0 and 85.0 %, each give or take 0.7.
    assert ties == {"efficientnetb1": "a", "mobilenet": "a", "resnet50": "ab", "lenet5": "b"}
    (note,) = [note for note in section.notes_on() if note.startswith("Tie:")]
    assert "their intervals overlap" in note
    far = [make_apart(record, 9000 - 200 * place) for place, record in enumerate(records)]
    assert all(row.tie is None for row in only(far, catalog).rows)


def make_apart(record: Any, correct: int) -> Any:
    return replace(record, test=replace(record.test, correct=correct))


def test_criteria_and_sources_are_chosen_and_named(records: list[Any], catalog: Catalog) -> None:
    board = leaderboard(
        runs_of(records), catalog, by="accuracy", published_by="top1:3,params", source=["keras", "slides"]
    )
    assert board.published_by == ("top1 (weight 3 = 75 %)", "params (weight 1 = 25 %)")
    assert board.sources == ("keras", "slides")
    section = board.sections[0]
    assert section.measured_by == ("accuracy",)
    assert [row.measured.slug for row in section.rows] == ["efficientnetb1", "mobilenet", "resnet50", "lenet5"]
    assert row_of(section, "lenet5").published_sources["params"] == "slides"
    assert any(note.startswith("Published values filled from slides: LeNet-5 (") for note in section.notes_on())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "acuracy"}, "acuracy.*accuracy"),
        ({"published_by": "topfive"}, "topfive"),
        ({"source": ["slide"]}, "unknown source 'slide'; did you mean 'slides'"),
        ({"dataset": "nowhere"}, "unknown measured data set 'nowhere'"),
        ({"hardware": "TPU"}, "unknown hardware of measured runs 'TPU'; known: Xeon 8481C"),
    ],
)
def test_what_is_unknown_is_an_error_even_where_nothing_is_ranked(
    records: list[Any], catalog: Catalog, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ZooError, match=message):
        leaderboard(runs_of(records[:1]), catalog, **options)


def test_the_order_of_the_records_does_not_matter(records: list[Any], catalog: Catalog) -> None:
    assert leaderboard(runs_of(records), catalog).to_dict() == leaderboard(runs_of(records[::-1]), catalog).to_dict()


def test_everything_is_in_the_dict(records: list[Any], catalog: Catalog) -> None:
    told = leaderboard(runs_of(records), catalog).to_dict()
    (section,) = told["sections"]
    row = next(row for row in section["rows"] if row["slug"] == "efficientnetb1")
    assert section["protocol"]["dataset"] == "emnist47"
    assert row["published"] == {"top1": 79.1, "top5": 94.4, "gpu": 5.6, "params": 7_900_000}
    assert row["measured"]["latency"] == 12.0
    lenet = next(row for row in section["rows"] if row["slug"] == "lenet5")
    assert lenet["published"] == {"top1": None, "top5": None, "gpu": None, "params": 60_000}
    assert (row["measured_rank"], row["published_rank"], row["change"]) == (3, 1, -1)
    assert (row["epochs"], row["train_images"], row["seeds"]) == ((12,), 80_000, (0,))
    assert row["accuracy_low"] < row["measured"]["accuracy"] < row["accuracy_high"]


@pytest.mark.parametrize(
    ("place", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (112, "112th")]
)
def test_ordinals(place: int, word: str) -> None:
    assert ordinal(place) == word


def test_what_speaks_against_a_latency_and_how_earlier_ones_were_warmed_up_is_said(
    records: list[Any], catalog: Catalog
) -> None:
    one, other, *rest = records
    steady = [replace(latency, steady=True) for latency in other.latency]
    doubtful = replace(other, latency=(replace(steady[0], p50_ms=20.0), *steady[1:]))
    unsteady = replace(
        doubtful, seed=1, id="other-seed", latency=[replace(item, steady=False) for item in doubtful.latency]
    )
    notes = only([one, doubtful, unsteady, *rest], catalog).notes_on()
    (slower,) = [note for note in notes if note.startswith("A call took longer at a smaller batch")]
    assert slower.count("ResNet50 (20 ms at batch 1, ") == 2
    (steadiness,) = [note for note in notes if note.startswith("Calls did not become steady")]
    assert steadiness.endswith(": ResNet50 (batch 1, 32).")
    (earlier,) = [note for note in notes if "as earlier versions measured it" in note]
    assert earlier.startswith("Latency of MobileNet, EfficientNetB1, LeNet-5: ")
    assert not any("earlier versions" in note for note in only(records, catalog).notes_on())
