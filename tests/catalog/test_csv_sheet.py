from pathlib import Path

import pytest

from modelzoo.catalog.csv_sheet import raise_first, read_sheet
from modelzoo.errors import ZooError


def write(folder: Path, data: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"name,params\nA,5M\n",
        b"\xef\xbb\xbfname,params\r\nA,5M\r\n",
        b" name , params \n\nA , 5M\n",
        b'name,params\n"A","5M"',
    ],
    ids=["plain", "byte-order mark and CRLF", "blanks and blank lines", "quoted, no last line end"],
)
def test_the_usual_ways_of_writing_a_csv_read_alike(tmp_path: Path, data: bytes) -> None:
    sheet = read_sheet(write(tmp_path, data))
    assert sheet.faults == []
    assert [row.cells for row in sheet.rows] == [{"name": "A", "params": "5M"}]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "table.csv: is empty"),
        (b"\n\n", "table.csv: is empty"),
        (b"name,params\n", "has a header and no rows"),
        (b"name,params\nA,5M\n\xb1\xe8,6M\n", "table.csv:3: the text is not UTF-8 (byte 0xb1); save the file as UTF-8"),
        (b"\xff\xfen\x00", "table.csv:1: the text is UTF-16; save the file as UTF-8"),
        ("name,params\nA,5M\n".encode("utf-16-le"), "table.csv:1: has a zero byte, as UTF-16 and binary files have"),
        (b"name,params\nA\0,5M\n", "table.csv:2: has a zero byte"),
        (b"name,params,params\nA,1,2\n", "table.csv:1: column 'params' is repeated; each column needs another name"),
        (b"name,params\nA\n", "table.csv:2: has 1 cells; the header has 2"),
        (b"name,params\n\nA,5M,6M\n", "table.csv:3: has 3 cells; the header has 2"),
        (b'name,params\n"A,5M\n', "table.csv:2: is no CSV record"),
        (b"name;params\nA;5M\n", "not separated by commas"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, data: bytes, fault: str) -> None:
    assert fault in read_sheet(write(tmp_path, data)).faults[0]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_columns_that_no_comma_separates_are_one_fault(tmp_path: Path, separator: str) -> None:
    sheet = read_sheet(write(tmp_path, "name,top1,params\nA,71,5M\nB,70\n".replace(",", separator).encode()))
    assert len(sheet.faults) == 1
    assert "commas between the columns and points in the numbers" in sheet.faults[0]
    assert sheet.rows == []


def test_a_line_is_counted_where_its_record_begins(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, b'name,note\n"A\nA","one\ntwo"\nB,x\n'))
    assert [row.line for row in sheet.rows] == [2, 5]


def test_a_faulty_row_does_not_hide_the_others(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, b"name,params\nA\nB,5M\nC\n"))
    assert [row.cells["name"] for row in sheet.rows] == ["B"]
    assert len(sheet.faults) == 2


def test_a_missing_file_is_a_fault_that_names_it(tmp_path: Path) -> None:
    assert "gone.csv cannot be read: No such file" in read_sheet(tmp_path / "gone.csv").faults[0]


def test_a_fixed_heading_must_be_met_and_names_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "모델,값,값\nA,1,2\n".encode())
    sheet = read_sheet(path, heading=("모델", "값", "값"), columns=("name", "one", "two"))
    assert sheet.faults == []
    assert sheet.rows[0].cells == {"name": "A", "one": "1", "two": "2"}
    assert "expected 모델,값" in read_sheet(path, heading=("모델", "값")).faults[0]


def test_the_first_fault_is_raised_with_the_number_of_the_rest() -> None:
    raise_first([])
    with pytest.raises(ZooError, match=r"^one$"):
        raise_first(["one"])
    with pytest.raises(ZooError, match=r"^one \(and 2 more; `zoo check` lists them\)$"):
        raise_first(["one", "two", "three"])
