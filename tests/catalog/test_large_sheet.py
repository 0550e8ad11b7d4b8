"""A large CSV file by columns: the same catalog as the strict reader's, or the strict reader's own faults."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog import large_sheet
from modelzoo.catalog.catalog import Catalog, load_catalog, read_catalog
from modelzoo.catalog.csv_sheet import Row
from modelzoo.catalog.describe import describe
from modelzoo.catalog.large_sheet import plain_numbers
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_sheet, "LARGE", 0)


def both(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> tuple[Catalog, Catalog]:
    """Return the catalog read by columns and the one read strictly."""
    path.write_bytes(text.encode())
    strict = load_catalog(path)
    monkeypatch.setattr(large_sheet, "LARGE", 0)
    return load_catalog(path), strict


def same(columns: Catalog, strict: Catalog) -> None:
    assert columns.large is not None
    assert strict.large is None
    assert (columns.criteria, columns.texts) == (strict.criteria, strict.texts)
    ours, theirs = (catalog.table(list(strict.criteria)) for catalog in (columns, strict))
    np.testing.assert_array_equal(ours.values, theirs.values)
    np.testing.assert_array_equal(ours.origins, theirs.origins)
    assert (tuple(ours.names), tuple(ours.slugs)) == (theirs.names, theirs.slugs)
    assert (ours.criteria, ours.sources) == (theirs.criteria, theirs.sources)
    assert dict(columns.models) == dict(strict.models)
    assert dict(columns.sources["mine"].rows) == dict(strict.sources["mine"].rows)


@pytest.mark.parametrize(
    "text",
    [
        "name,params,fps\nTiny Net,5M,30\nBig Net,50.25M,\n",
        "name,params,fps\r\nA , 5M,-3.50\r\nB,1e3,+0.1\r\n",
        "\ufeffname,top1\nNetz Ä,71.25\nNet 한국,80%",
        "name,top1\n한국,71.25\n한글,80\nÉ,75\n",
        ",name,top5\n0,A,90.123456789012345678\n1,B,91.5\n",
        "name,params,license,note\nA,5M,MIT,\nB,6M,BSD 3,fast\n",
        "name,top5\nVGG16,90\nNew,91\n",
        "name,year,params\nVGG16,2015,138M\nResNet50,,25M\nNew,,1K\n",
        '"name","a","b,c"\n"Net 1","0.5","2"\n" Net, 2 ",1.5,""\nNet 3,"",-1\n',
        "name,family,top5\nA,wide,90\nB,,91\n",
        "Model,top1,a\nA,88.6,.5\nB,1.12,-.25\nC,0.48,5.\n",
        "name,top1,a\nA,88.6%,\u22121.5\nB,0.5%,2\nC,90,1\u2009000\n",
        "slug,a,b\nx,0.1,123456789012345678901234\ny,.5e1,0\n".replace(".5e1", "5e-1"),
    ],
)
def test_the_catalog_is_the_strict_reader_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    same(*both(monkeypatch, tmp_path / "mine.csv", text))


def test_a_file_of_several_pieces_is_read_as_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(large_sheet, "_CHUNK", 40)
    rows = [f"Net {row},{row / 7:.3f},{'' if row % 5 else 'word'}" for row in range(60)]
    same(*both(monkeypatch, tmp_path / "mine.csv", "\n".join(["name,a,b", *rows])))


@pytest.mark.parametrize(
    "text",
    [
        "name,top5\nA,0.85\nB,0.9\n",
        "name,top5\nA,90\nB,nan\n",
        "name,top5\nA,0.3\nB,0.4\nC,90\n",
        "name,Model,a\nA,B,3\n",
        "name,a\nA\u202e,3\n",
        "name,a\nA,.\n",
        "name,a\nA,1e-400\n",
        "name,top5\nA,90\na,91\n",
        "name,top5\nA,90\n-,91\n",
        "name,top5\nA,90,1\nB,91\n",
        "name,top5\nA,90\n\x01B,91\n",
        'name,top5\nA,90\n"B,91\n',
        'name,top5\nA,90\n"B" 2,91\n',
        "name,year\nA,1850\n",
        "name,params\nA,2.5\n",
        "name,params\nA,-2\n",
        "name,a\nA,3\nB,word\n",
        "name,a\nA,word\nB,3\n",
        'name,a\n"A,3\n',
        "name,note\nA,word\n",
        "params,a\n1,2\n",
        "name,a\0\nA,3\n",
    ],
)
@pytest.mark.usefixtures("every_file_is_large")
def test_a_fault_is_the_strict_reader_s_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(text.encode())
    catalog, faults = read_catalog(path)
    assert catalog.large is None
    assert faults
    monkeypatch.setattr(large_sheet, "LARGE", 1 << 30)
    assert read_catalog(path)[1] == faults


@pytest.mark.usefixtures("every_file_is_large")
def test_bytes_that_are_not_utf_8_are_refused_in_any_column(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"name,family,a\nA,w\xffde,3\n")
    with pytest.raises(ZooError, match=r"mine.csv:2: the text is not UTF-8"):
        load_catalog(path)


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize(
    "text",
    [
        'name,a\n"A ""B""",3\nC,4\n',
        'name,a\nA "B",3\nC,4\n',
        'name,a\n"\'=A",3\nC,4\n',
        "name,a\nA,3\n\nB,4\n",
        "name,a\nRe\u0301,3\nB,4\n",
        f"name,a\n{'n' * 300},3\nB,4\n",
    ],
)
def test_what_is_unusual_is_read_strictly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    catalog = load_catalog(path)
    assert catalog.large is None
    assert len(catalog.models) == 2


def test_a_small_file_is_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,a\nA,3\n", encoding="utf-8")
    assert load_catalog(path).large is None


def test_two_sheets_rank_alike(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [f"Net {row},{value:.2f},{other}" for row, (value, other) in enumerate(random.random((50, 2)))]
    columns, strict = both(monkeypatch, tmp_path / "mine.csv", "\n".join(["name,a,b", *rows]))
    assert rank(columns, "a:max,b:min", top=7).to_dict() == rank(strict, "a:max,b:min", top=7).to_dict()
    with pytest.raises(ZooError, match="unknown criterion 'c'"):
        rank(columns, "c:max")


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: f"{value:.17f}"),
    st.floats(-1e6, 1e6).map(repr),
    st.decimals(-(10**9), 10**9, places=3).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.tuples(st.decimals(0, 10**6, places=2), st.sampled_from("KMBGkm")).map(lambda pair: f"{pair[0]}{pair[1]}"),
)


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_plain_numbers_are_those_of_float(texts: list[str]) -> None:
    joined = ",".join(texts) + "\n"
    cells = np.frombuffer(joined.encode(), np.uint8)
    ends = np.flatnonzero((cells == ord(",")) | (cells == ord("\n")))
    values, unread = plain_numbers(cells, np.append(0, ends[:-1] + 1), ends, suffixes=True)
    powers = {"K": "e3", "M": "e6", "B": "e9", "G": "e9", "k": "e3", "m": "e6"}
    expected = [float(text[:-1] + powers[text[-1]] if text[-1] in powers else text) for text in texts]
    assert [value for value, is_unread in zip(values, unread, strict=True) if not is_unread] == [
        value for value, is_unread in zip(expected, unread, strict=True) if not is_unread
    ]
    assert not any(
        is_unread for text, is_unread in zip(texts, unread, strict=True) if len(text) < 9 and "e" not in text
    )


@pytest.mark.usefixtures("every_file_is_large")
def test_a_model_of_a_large_file_is_read_from_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,params,size\nVGG16,138M,528\nTiny Net,5M,2000\n", encoding="utf-8")
    catalog = load_catalog(path)
    assert catalog.large is not None
    assert catalog.large.find("nonesuch") is None
    assert catalog.large.read(1) == Row(3, {"name": "Tiny Net", "params": "5M", "size": "2000"})
    description = describe(catalog, "tinynet")
    assert [finding.slug for finding in description.findings] == ["tinynet"]
    assert describe(catalog, "vgg16").model.build == "keras:VGG16"
    with pytest.raises(ZooError, match="unknown model 'tinynets'; did you mean 'tinynet'"):
        describe(catalog, "tinynets")


DAMAGES = (b",", b"\n", b'"', b"\r", b".", b"-", b"%", b"M", b"e9", b"0", b"nan", b" ", "\u2212".encode(), b"\xff")


def test_a_damaged_file_is_the_strict_reader_s_whatever_the_damage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = "Model,params,top1,크기,family\n" + "".join(f"Net {n},{n}.5M,{70 + n}.25,{n},f{n}\n" for n in range(1, 6))
    draws, path, by_columns = random.Random(0), tmp_path / "mine.csv", 0
    for _ in range(150):
        data = bytearray(whole.encode())
        for _ in range(draws.randint(1, 3)):
            start = draws.randrange(len(data))
            data[start : start + draws.choice((0, 1, 1, 4))] = draws.choice(DAMAGES)
        path.write_bytes(data)
        monkeypatch.setattr(large_sheet, "LARGE", 1 << 30)
        strict, faults = read_catalog(path)
        monkeypatch.setattr(large_sheet, "LARGE", 0)
        columns, same_faults = read_catalog(path)
        assert same_faults == faults
        if columns.large is not None:
            same(columns, strict)
            by_columns += 1
    assert by_columns > 20
