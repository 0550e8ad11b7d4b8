"""The page as a person uses it: in Chromium, from a file, with the mouse, the keyboard and a link."""

import re
from pathlib import Path

import msgspec
import pytest

from modelzoo.board.build import leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.page.payload import payload_of
from modelzoo.page.write import assemble, page_of

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow]

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = "<script>alert(1)</script>"
SERIOUS = ("serious", "critical")
DATA_ROWS = "#body tr[id^=row-]"


def settle(page):
    """Wait until the page has nothing left to do."""
    page.wait_for_selector("#table[aria-busy=false]")


def names(page, rows=DATA_ROWS):
    return [text.strip() for text in page.locator(f"{rows} .name button").all_text_contents()]


def ranked(page):
    return names(page, f"{DATA_ROWS}:not(.unranked)")


def column(page, heading):
    """Return the cells of a column as text, by the heading that a person reads."""
    headings = [text.strip() for text in page.locator("#head th button").all_text_contents()]
    return [
        row.locator(":scope > *").nth(headings.index(heading)).inner_text() for row in page.locator(DATA_ROWS).all()
    ]


def slide(page, label, weight):
    page.get_by_label(f"Weight of {label}").fill(str(weight))
    settle(page)


def test_the_first_state_is_the_librarys_measured_rank(open_page, board):
    page = open_page()
    section = board.sections[0]
    expected = sorted((row.measured_rank, row.name) for row in section.rows if row.measured_rank is not None)
    assert ranked(page) == [name for _, name in expected]
    assert page.locator("#head th").count() == 8
    assert page.locator("#sentence").inner_text().startswith(f"{expected[0][1]} leads {len(expected)} ranked models")


def test_the_published_preset_is_the_librarys_published_rank(open_page, board):
    page = open_page()
    page.get_by_role("button", name="Published", exact=True).click()
    settle(page)
    slugs = page.locator(f"{DATA_ROWS}:not(.unranked)").evaluate_all("rows => rows.map((row) => row.id.slice(4))")
    assert slugs == list(board.published.slugs)


def test_sliders_rank_as_the_library_with_the_same_weights(open_page, shipped):
    page = open_page()
    slide(page, "Accuracy (%)", 3)
    slide(page, "Latency (ms)", 0.2)
    rows = leaderboard(shipped, load_catalog(), by="accuracy:3,latency:0.2,params").sections[0].rows
    expected = sorted((row for row in rows if row.measured_rank), key=lambda row: row.measured_rank)
    assert ranked(page) == [row.name for row in expected]
    scores = [float(text) for text in column(page, "Score")[: len(expected)]]
    assert scores == pytest.approx([row.measured_score for row in expected], abs=0.005)
    assert page.evaluate("location.hash") == "#by=accuracy:3,latency:0.2,measured_params"


def test_a_criterion_that_is_switched_off_counts_no_more(open_page):
    page = open_page()
    before = column(page, "First for")
    page.get_by_role("checkbox", name=re.compile(r"^Latency \(ms\)")).uncheck()
    page.get_by_role("checkbox", name=re.compile("^Parameters as built")).uncheck()
    settle(page)
    best = max(
        (float(value.split()[0]), name)
        for value, name in zip(column(page, "Accuracy (%)"), names(page), strict=True)
        if value[0] != "–"
    )
    assert ranked(page)[0] == best[1]
    assert column(page, "First for")[0] == "100 %" != before[0]


def test_models_without_a_rank_stay_at_the_end_with_the_reason(open_page):
    page = open_page("#by=top5,gpu,params&unranked=shown")
    unranked = page.locator(f"{DATA_ROWS}.unranked")
    assert page.locator(DATA_ROWS).last.get_attribute("class") == "unranked"
    assert "no value for Top-5 and GPU" in unranked.filter(has_text="LeNet-5").inner_text()
    assert page.locator(".divider").inner_text() == f"{unranked.count()} models are not ranked"
    assert page.locator(".divider button").get_attribute("aria-expanded") == "true"


def test_models_that_are_not_measured_are_folded_until_they_are_asked_for(open_page, board):
    page = open_page()
    assert names(page) == ranked(page)
    fold = page.locator(".divider").get_by_role("button")
    hidden = page.evaluate("JSON.parse(document.querySelector('#data').textContent).models.name.length") - len(
        board.sections[0].rows
    )
    assert fold.inner_text() == f"{hidden} models are not ranked: not measured here"
    fold.click()
    settle(page)
    assert len(names(page)) == len(ranked(page)) + hidden
    assert names(open_page(page.evaluate("location.hash"))) == names(page)
    fold.click()
    settle(page)
    page.get_by_label("Search models").fill("net")
    settle(page)
    assert "AlexNet" in names(page)
    assert ranked(page)[0] == "LeNet-5"
    only_open = open_page("#open=alexnet")
    assert names(only_open) == [*ranked(only_open), "AlexNet"]


def test_the_fold_hides_no_model_that_was_measured(open_page):
    page = open_page()
    page.get_by_role("button", name="Published").click()
    settle(page)
    assert "LeNet-5" not in ranked(page)
    assert names(page) == [*ranked(page), "LeNet-5"]


def test_the_headings_stay_in_sight(open_page):
    for width in (400, 1400):
        page = open_page("#unranked=shown", width=width)
        page.locator(DATA_ROWS).last.scroll_into_view_if_needed()
        if width == 400:
            page.locator("#table").evaluate("(region) => region.scrollIntoView()")
        heading, row = page.locator("#head"), page.locator(DATA_ROWS).first
        assert row.bounding_box()["y"] < heading.locator("th").first.bounding_box()["y"] >= 0


def test_the_first_section_that_ranks_models_is_the_first_state(open_page, board, tmp_path):
    payload = msgspec.to_builtins(payload_of(board, title="", version=""))
    payload["sections"][0]["rows"]["measured_rank"] = [None] * len(payload["sections"][0]["rows"]["model"])
    path = tmp_path / "second.html"
    data = msgspec.convert(payload, type(payload_of(board, title="", version="")))
    path.write_text(assemble(data, description="", fallback=""), encoding="utf-8")
    assert open_page(file=path).locator("#section").input_value() == "1"


def test_a_heading_sorts_and_says_so(open_page):
    page = open_page("#by=top5,gpu,params")
    heading = page.locator("#head th", has_text="Top-5")
    heading.get_by_role("button").click()
    settle(page)
    assert heading.get_attribute("aria-sort") == "descending"
    values = [float(text) for text in column(page, "Top-5 (%)")[: len(ranked(page))]]
    assert values == sorted(values, reverse=True)
    heading.get_by_role("button").click()
    settle(page)
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [float(text) for text in column(page, "Top-5 (%)")[: len(values)]] == values[::-1]
    assert page.locator("#head [aria-sort]").count() == 1


def test_search_and_filters_leave_the_rows_that_fit(open_page, board):
    page = open_page("#by=top5,gpu,params")
    ranks = dict(zip(names(page), column(page, "Rank"), strict=True))
    page.get_by_label("Search models").fill("efficientnet")
    settle(page)
    found = names(page)
    assert len(found) == 8
    assert all("EfficientNet" in name for name in found)
    assert dict(zip(found, column(page, "Rank"), strict=True)) == {name: ranks[name] for name in found}
    page.locator("#measured").select_option("yes")
    settle(page)
    measured = {row.name for row in board.sections[0].rows}
    assert set(names(page)) == {name for name in found if name in measured}
    page.get_by_role("button", name="Clear filters").click()
    settle(page)
    assert len(names(page)) == len(ranks)
    page.get_by_text("More filters").click()
    page.get_by_label("Most: Params (M)").fill("10")
    page.get_by_label("Most: Params (M)").press("Enter")
    settle(page)
    assert "VGG16" not in names(page)
    assert "MobileNet" in names(page)
    assert "where=params:..10000000" in page.url


def test_a_link_restores_all_choices(open_page):
    page = open_page(
        "#section=2&by=accuracy:2,top5:0.5&limits=accuracy:40..&sort=-accuracy&columns=score,accuracy,size"
        "&q=net&where=year:2014..&x=latency&y=top1&size=none&yscale=log&open=efficientnetb0"
    )
    assert page.get_by_label("Weight of Accuracy (%)").input_value() == "2"
    assert page.get_by_label("Weight of Top-5 (%)").input_value() == "0.5"
    assert page.locator("#head th button").all_text_contents() == [
        "Rank",
        "Model",
        "Score",
        "Accuracy (%)",
        "Size (MB)",
    ]
    assert page.locator("#head [aria-sort=descending]").inner_text() == "measured\nAccuracy (%)"
    assert page.get_by_label("Search models").input_value() == "net"
    assert page.locator("#x").input_value() == "latency"
    assert page.locator("#y").input_value() == "top1"
    assert page.locator("#detail-efficientnetb0").is_visible()
    assert page.locator("#section").input_value() == "1"
    again = open_page(page.evaluate("location.hash"))
    assert names(again) == names(page)


def test_a_broken_link_keeps_its_sound_parts(open_page):
    page = open_page(
        "#by=accuracy:x,nothing:1,latency:2&section=9&sort=nothing&where=year:a..b&q=%E0%A4%A&family=none&x=%00&columns=&&=&size"
    )
    assert page.locator(".criterion.on").all_inner_texts()[0].startswith("Latency")
    assert page.locator(".criterion.on").count() == 1
    assert page.locator("#head [aria-sort]").inner_text() == "Rank"
    page.evaluate("location.hash = '#by=accuracy'")
    page.wait_for_function("() => document.querySelector('.criterion.on').textContent.startsWith('Accuracy')")


def test_limits_of_weightings_change_how_firm_the_first_rank_is(open_page):
    page = open_page()
    leader, before = names(page)[0], column(page, "First for")[0]
    page.get_by_text("Limits of weightings").click()
    least = page.get_by_label("Least share of Accuracy (%) in percent")
    least.fill("90")
    least.press("Enter")
    settle(page)
    assert column(page, "First for")[0] == "0 %" != before
    assert f"{leader} is first for 0 % of all weightings within the limits" in page.locator("#sentence").inner_text()
    least = page.get_by_label("Least share of Latency (ms) in percent")
    least.fill("20")
    least.press("Enter")
    settle(page)
    assert page.get_by_role("alert").inner_text() == "The least shares add up to more than 100 %."


def test_a_row_opens_to_its_values_curve_and_classes(open_page, board):
    page = open_page()
    page.get_by_role("button", name="ResNet50").click()
    settle(page)
    detail = page.locator("#detail-resnet50")
    row = next(row for row in board.sections[0].rows if row.measured.slug == "resnet50")
    assert row.measured.runs[0].id in detail.inner_text()
    assert f"{row.measured.accuracy_low:.2f} to {row.measured.accuracy_high:.2f} %" in detail.inner_text()
    assert "ImageNet; weights, resolution and crops not stated" in detail.inner_text()
    assert detail.locator("svg.chart").count() == 2
    assert detail.locator("h3").all_inner_texts() == [
        "All values",
        "Learning curve",
        "Accuracy by class",
        "Most confused classes",
    ]
    assert "Not significantly different in accuracy from EfficientNetB1." in detail.inner_text()
    page.get_by_role("button", name="ResNet50").click()
    settle(page)
    assert detail.count() == 0


def test_models_that_share_a_letter_are_tied_in_the_table(open_page, board):
    page = open_page()
    ties = {row.name: row.tie or "" for row in board.sections[0].rows}
    shown = dict(zip(names(page), page.locator(DATA_ROWS).all(), strict=True))
    assert {name: shown[name].locator(".tie").inner_text().replace("\xa0", "") for name in ties} == ties


def test_columns_are_chosen(open_page):
    page = open_page()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Family", exact=True).check()
    settle(page)
    assert column(page, "Family")[:2] == ["LeNet", "EfficientNet"]
    page.get_by_label("Score", exact=True).uncheck()
    settle(page)
    assert "Score" not in page.locator("#head").inner_text()


def test_a_point_of_the_chart_opens_its_row(open_page):
    page = open_page()
    page.locator("#chart circle.mark.leader").click()
    settle(page)
    assert page.locator("#detail-lenet5").is_visible()
    assert page.locator("#chart .range").count() == 4


def test_names_in_the_chart_keep_clear_of_the_front(open_page):
    page = open_page()
    name = page.locator("#chart .label", has_text="LeNet-5").bounding_box()
    line = page.locator("#chart .leader").bounding_box()
    front = line["y"] + line["height"] / 2
    assert not name["y"] + 2 < front < name["y"] + name["height"] - 2


def test_everything_works_with_the_keyboard_alone(open_page):
    page = open_page()

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no way to {selector}")

    tab_to(".criterion input[type=range]")
    page.keyboard.press("Home")
    settle(page)
    assert page.locator(".criterion.on output").first.inner_text() == "0.0"
    page.keyboard.press("End")
    settle(page)
    tab_to("#chart .cursor")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator("#readout").inner_text().startswith("ResNet50: ")
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator("#detail-resnet50").is_visible()
    focused = "document.activeElement.closest('tr').id"
    assert page.evaluate(focused) == "row-resnet50"
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator("#detail-resnet50").count() == 0
    assert page.evaluate(focused) == "row-resnet50"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_nothing_serious(open_page, width, color_scheme):
    if not AXE.exists():
        pytest.skip("needs axe-core: `npm ci` in tests/page")
    page = open_page("#open=lenet5", width=width, color_scheme=color_scheme)
    page.evaluate("for (const part of document.querySelectorAll('#weights, .limits, details.menu')) part.open = true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found if item["impact"] in SERIOUS] == []


@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_never_scrolls_sideways(open_page, width):
    page = open_page("#open=lenet5", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_name_stays_in_sight(open_page):
    page = open_page(width=400)
    page.locator("#table").evaluate("(region) => region.scrollTo(300, 0)")
    name = page.locator(f"{DATA_ROWS} .name").first
    assert name.bounding_box()["x"] == pytest.approx(page.locator("#table").bounding_box()["x"], abs=1)


def test_a_name_is_never_markup(open_page, board, tmp_path):
    payload = payload_of(board, title=HOSTILE, version="1")
    models = msgspec.structs.replace(payload.models, name=[HOSTILE, *payload.models.name[1:]])
    path = tmp_path / "hostile.html"
    path.write_text(
        assemble(msgspec.structs.replace(payload, models=models), description=HOSTILE.replace("<", ""), fallback=""),
        encoding="utf-8",
    )
    page = open_page("#open=lenet5", file=path)
    assert HOSTILE in names(page)
    assert page.locator("script").count() == 2


def test_paper_gets_the_whole_table_and_no_controls(open_page):
    page = open_page("#by=top5,gpu,params", color_scheme="dark")
    page.emulate_media(media="print")
    for hidden in ("#weights", "#search", "#x", ".menu"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator(f"{DATA_ROWS} .name").last.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.fixture
def open_catalog(open_page, tmp_path):
    """Return a function that opens the page of a user's CSV, without runs."""

    def opened(sheet, published_by, **options):
        (tmp_path / "models.csv").write_text(sheet, encoding="utf-8")
        board = leaderboard([], load_catalog(tmp_path / "models.csv"), published_by=published_by)
        path = tmp_path / "own.html"
        path.write_text(page_of(board), encoding="utf-8")
        return open_page(file=path, **options)

    return opened


def test_many_tied_models_share_one_sentence(open_catalog):
    rows = "".join(f"m{i},70,3\n" for i in range(12))
    page = open_catalog(f"name,top1,gpu\n{rows}", "top1,gpu")
    said = " ".join(page.locator("#sentence").inner_text().split())
    assert said.startswith("m0, m1, m10, m11 and 8 more share the first rank of 12 models with a score of 2.00 of 2. ")
    assert "Each is first for all possible weightings of these criteria." in said


def test_without_a_section_only_the_published_weights_are_offered(open_catalog):
    page = open_catalog("name,top1,gpu\na,70,3\nb,71,4\n", "top1,gpu")
    assert page.locator("#presets button").all_inner_texts() == ["Published", "Start again"]
    assert not page.locator(".range-legend").is_visible()
    assert page.locator("#sentence").bounding_box()["x"] == page.locator("h1").bounding_box()["x"]


@pytest.mark.parametrize("width", [320, 1400])
def test_long_names_leave_room_for_the_values(open_catalog, width):
    criterion = "a_very_long_criterion_name_that_a_person_might_choose"
    page = open_catalog(f"name,{criterion}\n{'x' * 200},1\nInceptionResNet,2\n", f"{criterion}:max", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = [row.bounding_box()["height"] for row in page.locator(f"{DATA_ROWS} .name").all()]
    assert heights[0] < 60 < heights[1]
    panel, chart = page.locator("#weights"), page.locator("#chart")
    assert panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    top, title = chart.bounding_box()["y"], page.locator(".axis-title").last.bounding_box()
    assert title["y"] >= top


def many_models(board, models):
    """Return the data of the page with copies of its models under other names."""
    payload = msgspec.to_builtins(payload_of(board, title="Many", version="1"))
    own = len(payload["models"]["name"])
    for facts in (payload["models"], payload["published"]["values"], payload["published"]["origins"]):
        for key, column in facts.items():
            facts[key] = [
                f"{column[i % own]}-{i}" if key in ("slug", "name") and i >= own else column[i % own]
                for i in range(models)
            ]
    return msgspec.convert(payload, type(payload_of(board, title="", version="")))


def test_five_thousand_models_are_drawn_in_parts_and_printed_whole(open_page, board, tmp_path):
    path = tmp_path / "many.html"
    path.write_text(assemble(many_models(board, 5_000), description="", fallback=""), encoding="utf-8")
    page = open_page("#by=top5,gpu,params", file=path)
    assert page.locator(DATA_ROWS).count() == 30
    page.get_by_role("button", name=re.compile("^Show 30 more of ")).click()
    assert page.locator(DATA_ROWS).count() == 60
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(DATA_ROWS).count() == 5_000
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(DATA_ROWS).count() == 60


def test_without_scripts_the_table_is_there(open_page):
    page = open_page(java_script_enabled=False)
    assert page.get_by_role("cell", name="LeNet-5").first.is_visible()
