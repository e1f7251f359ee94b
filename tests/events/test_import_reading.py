import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.importing.decimals import Decimals, without_thousands
from app.events.importing.delimited import DELIMITERS
from app.events.importing.encoding import ENCODINGS
from app.events.importing.reading import LARGEST, read_table
from app.events.importing.table import Row, Table, UnreadableFile

REAL = Path(__file__).parents[2] / "../shared/data/powerlifting/start_list_semicolon_cp1250.csv"

LINES = [
    ["Číslo", "Jméno", "Skupina", "Váha"],
    ["1", "Anežka Dvořáková", "Žlutí", "43,6"],
    ["2", "Matěj Krejčí", "Šedí", "51,25"],
    ["3", "Tomáš Štěpánek", "Žlutí", "48"],
]


def file(lines: list[list[str]], delimiter: str = ";", encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    cells = [[f'"{cell}"' if delimiter in cell else cell for cell in line] for line in lines]
    return newline.join(delimiter.join(line) for line in cells).encode(encoding)


def refusal(data: bytes, encoding: str | None = None, delimiter: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, encoding=encoding, delimiter=delimiter)
    return str(caught.value.message)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso-8859-2"])
def test_the_same_list_is_read_from_every_kind_of_file(delimiter: str, encoding: str, newline: str) -> None:
    table = read_table(file(LINES, delimiter, encoding, newline))
    assert [list(table.headers), *(list(row.cells) for row in table.rows)] == LINES
    assert (table.delimiter, table.decimals) == (delimiter, "comma")
    assert table.encoding == encoding.removesuffix("-sig")


def test_what_the_organiser_chooses_is_taken_instead_of_a_guess() -> None:
    table = read_table("jméno,věk;skupina\nOta,9;A".encode("iso-8859-2"), encoding="cp1250", delimiter=",")
    assert table.headers == ("jméno", "věk;skupina")
    assert (table.encoding, table.delimiter) == ("cp1250", ",")


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [
        (["43,5", "7", "1.234"], "comma"),
        (["43.5", "1,234"], "point"),
        (["1.234,5", "1.234"], "comma"),
        (["1:23,4"], "comma"),
        (["43.5", "1,5"], "either"),
        (["1.234", "1,234"], "either"),
        (["12. 4. 2014", "v1.2", "7"], "either"),
    ],
)
def test_the_sign_before_decimals_is_found_out(cells: list[str], decimals: str) -> None:
    table = read_table(file([["name", "weight"], *(["Eva", cell] for cell in cells)]))
    assert table.decimals == decimals
    assert read_table(file([["name"], ["Eva"]]), decimals="point").decimals == "point"


@pytest.mark.parametrize(
    ("text", "decimals", "number"),
    [
        ("1.234,5", Decimals.COMMA, "1234,5"),
        ("1.234", Decimals.COMMA, "1234"),
        ("12.34", Decimals.COMMA, "12.34"),
        ("-1,234,567.8", Decimals.POINT, "-1234567.8"),
        ("1,234", Decimals.POINT, "1234"),
        ("1.234", Decimals.POINT, "1.234"),
        ("1.234", Decimals.EITHER, "1.234"),
        ("1.234 kg", Decimals.COMMA, "1.234 kg"),
    ],
)
def test_signs_between_thousands_are_left_out(text: str, decimals: Decimals, number: str) -> None:
    assert without_thousands(text, decimals) == number


def test_rows_keep_the_numbers_they_have_in_a_spreadsheet() -> None:
    table = read_table(b'\n;;\nname;group\n"Eva\nMaria";A\n ; \nJan;B\n')
    assert table.headers == ("name", "group")
    assert table.rows == (Row(4, ("Eva\nMaria", "A")), Row(6, ("Jan", "B")))


def test_a_short_row_is_filled_up_and_a_long_one_keeps_what_no_header_names() -> None:
    table = read_table(b"name;group;;\nEva\nJan;B;extra\nOta;C;;;")
    assert table.headers == ("name", "group")
    assert [row.cells for row in table.rows] == [("Eva", ""), ("Jan", "B", "extra"), ("Ota", "C")]


def test_headers_are_unique_and_never_empty() -> None:
    assert read_table(b"team;;team;team (2);x\n1;2;3;4;5").headers == ("team", "#2", "team (2)", "team (2) (2)", "x")


def test_one_column_is_a_table_too() -> None:
    assert read_table(b"name\nEva, the first\nJan").headers == ("name",)


def test_a_comma_in_a_header_does_not_win_over_the_delimiter() -> None:
    assert read_table(b"name, surname;group\nEva;A\nJan;B").delimiter == ";"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" ; \n;"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "The file is empty."


def test_a_file_with_only_a_header_is_refused() -> None:
    assert "only a header row" in refusal(b"name;group\n;\n")


def zipped(name: str, content: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped("photo.txt"), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
    ],
)
def test_another_kind_of_file_is_named(data: bytes, kind: str) -> None:
    assert refusal(data) == f"This is a file of the kind {kind}. Save the table as XLSX, ODS or CSV and try again."


def test_nul_bytes_are_no_text() -> None:
    assert refusal(b"name;group\nE\0va;A").startswith("This is not a text file.")


def test_a_quotation_mark_left_open_is_found_by_its_row() -> None:
    assert refusal(b'name;group\nEva;A\n"Jan;B\nOta;C').startswith("Row 3 cannot be read")


def test_files_beyond_the_limits_are_refused() -> None:
    assert refusal(b"a" * (LARGEST + 1)) == "The file is larger than 5 MB."
    assert "10000 rows" in refusal(b"name\n" + b"Eva\n" * 10_001)
    assert "200 columns" in refusal(b";".join([b"a"] * 201) + b"\n1")
    assert "A header is very long" in refusal(b"a" * 121 + b"\n1")
    assert len(read_table(b"name\n" + b"Eva\n" * 10_000).rows) == 10_000


@pytest.mark.parametrize(("encoding", "data"), [("utf-8", b"\xe9"), ("utf-16", b"ab")])
def test_an_encoding_that_does_not_fit_is_refused(encoding: str, data: bytes) -> None:
    assert refusal(b"name\n" + data, encoding=encoding).startswith(f"The file cannot be read as {encoding}.")


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "unicode_escape"])
def test_only_what_is_offered_is_taken(encoding: str) -> None:
    assert refusal(b"name\nEva", encoding=encoding) == "Choose one of the encodings that are offered."
    assert refusal(b"name\nEva", delimiter="::") == "Choose one of the delimiters that are offered."


@pytest.mark.parametrize("encoding", ["cp852", "mac_latin2"])
def test_encodings_of_other_machines_are_found_too(encoding: str) -> None:
    table = read_table("jméno;skupina\nŠárka Žižková;Žlutí\nTomáš Čáp;Šedí".encode(encoding))
    assert (table.encoding, table.rows[0].cells) == (encoding, ("Šárka Žižková", "Žlutí"))


@pytest.mark.parametrize("name", ["Jürgen Müller", "Łukasz Żak", "Ľubomír Kôň"])
def test_neighbours_names_are_read_as_excel_writes_them(name: str) -> None:
    table = read_table(f"name;group\n{name};A".encode("cp1250"))
    assert (table.encoding, table.rows[0].cells) == ("cp1250", (name, "A"))


def test_dashes_and_quotation_marks_do_not_mislead_about_the_encoding() -> None:
    table = read_table("jmeno;skupina\nEva „Evička“ Mala;A – B…\nJan;5 €".encode("cp1250"))
    assert (table.encoding, table.rows[0].cells) == ("cp1250", ("Eva „Evička“ Mala", "A – B…"))


def test_an_encoding_that_is_guessed_wrong_can_be_chosen() -> None:
    data = "имя;группа\nИван;Быстрые".encode("cp1251")
    assert read_table(data, encoding="cp1251").rows[0].cells == ("Иван", "Быстрые")


@given(
    st.binary() | st.text().map(str.encode) | st.text('a1;,\t|"\r\n é').map(lambda text: text.encode("cp1250")),
    st.sampled_from([None, *ENCODINGS]),
    st.sampled_from([None, *DELIMITERS]),
)
def test_whatever_the_bytes_there_is_a_table_or_a_message(
    data: bytes, encoding: str | None, delimiter: str | None
) -> None:
    answer = attempt(data, encoding, delimiter)
    if isinstance(answer, UnreadableFile):
        assert str(answer.message)
    else:
        assert read_table(data, encoding=answer.encoding, delimiter=answer.delimiter) == answer
        assert all(len(row.cells) >= len(answer.headers) for row in answer.rows)


def attempt(data: bytes, encoding: str | None, delimiter: str | None) -> Table | UnreadableFile:
    try:
        return read_table(data, encoding=encoding, delimiter=delimiter)
    except UnreadableFile as refused:
        return refused


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data")
def test_a_real_start_list_is_read_as_it_is() -> None:
    table = read_table(REAL.read_bytes())
    assert (table.encoding, table.delimiter, table.decimals) == ("cp1250", ";", "comma")
    assert table.headers == ("Startovní číslo", "Jméno", "Pohlaví", "Kategorie", "Družstvo", "Tělesná váha")
    assert len(table.rows) == 1222
    assert table.rows[0].cells == ("L0001", "Rosa van Dijk", "Ž", "F-C 44", "Midland University", "43,6")
