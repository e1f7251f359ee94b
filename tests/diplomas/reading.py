"""Reads back what a PDF really holds: each letter with its place, size, font and colour."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MM = 25.4 / 72


@dataclass(frozen=True)
class Run:
    """Letters that stand together. `x` and `y` in millimetres from the upper left: the first one's origin, on the
    baseline; `end`, where the last one's box ends. `size` in points."""

    text: str
    x: float
    y: float
    end: float
    size: float
    font: str
    colour: str


def pages(pdf: bytes) -> Iterator[list[Run]]:
    document = pdfium.PdfDocument(pdf)
    try:
        for index in range(len(document)):
            yield _runs(document[index])
    finally:
        document.close()


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Of each page, in millimetres."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [(page.get_width() * MM, page.get_height() * MM) for page in (document[i] for i in range(len(document)))]
    finally:
        document.close()


def _runs(page: pdfium.PdfPage) -> list[Run]:
    text, height = page.get_textpage(), page.get_height()
    letters = [letter for index in range(text.count_chars()) if (letter := _letter(text.raw, index, height))]
    runs: list[Run] = []
    for letter in letters:
        last = runs[-1] if runs else None
        if last and abs(last.y - letter.y) < 0.01 and (last.font, last.size) == (letter.font, letter.size):
            runs[-1] = Run(last.text + letter.text, last.x, last.y, letter.end, last.size, last.font, last.colour)
        else:
            runs.append(letter)
    return runs


def _letter(text: object, index: int, height: float) -> Run | None:
    code = raw.FPDFText_GetUnicode(text, index)
    if code in (0, 10, 13):
        return None
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, index, x, y)
    box = [ctypes.c_double() for _ in range(4)]
    raw.FPDFText_GetCharBox(text, index, *box)
    name = ctypes.create_string_buffer(200)
    raw.FPDFText_GetFontInfo(text, index, name, 200, ctypes.c_int())
    colour = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFText_GetFillColor(text, index, *colour)
    return Run(
        chr(code),
        x.value * MM,
        (height - y.value) * MM,
        box[1].value * MM,
        round(raw.FPDFText_GetFontSize(text, index), 3),
        name.value.decode().rpartition("+")[2],
        "#" + "".join(f"{part.value:02x}" for part in colour[:3]),
    )


def words(page: list[Run]) -> str:
    """All that a page says, without spaces."""
    return "".join(run.text for run in page).replace(" ", "")


def boxes(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Where pictures and lines of the first page are: left, top, right, bottom in millimetres."""
    document = pdfium.PdfDocument(pdf)
    try:
        page = document[0]
        height = page.get_height()
        return [
            (left * MM, (height - top) * MM, right * MM, (height - bottom) * MM)
            for one in page.get_objects(max_depth=4)
            if one.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH)
            for left, bottom, right, top in [one.get_bounds()]
        ]
    finally:
        document.close()
