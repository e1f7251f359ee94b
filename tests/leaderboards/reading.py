"""What stands on a board, read from its HTML."""

from __future__ import annotations

import re
from html import unescape

from werkzeug.test import TestResponse

ROW = re.compile(r'<tr id="standing-\d+">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<(?:td|th)[^>]*>(.*?)(?=<td|<th|$)", re.DOTALL)
CHIP = re.compile(r'<a class="chip" href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def rows(answer: TestResponse, cells: int | None = 4) -> list[tuple[str, ...]]:
    """Place, name, group and value of each row; or all its cells, but for the last where moves are shown."""
    assert answer.status_code == 200, answer.text
    return [tuple(map(text, CELL.findall(row)))[: cells or -1] for row in ROW.findall(answer.text)]


def chips(answer: TestResponse) -> dict[str, str]:
    """The address of each chip by what it says."""
    return {text(label): unescape(address) for address, label in CHIP.findall(answer.text)}


def live_address(answer: TestResponse) -> str:
    found = re.search(r'hx-get="([^"]*)"', answer.text)
    assert found, "the board is not live"
    return unescape(found[1])


def addresses_on(answer: TestResponse) -> list[str]:
    """Every address of an event that the page links to or asks for."""
    return [unescape(found) for found in re.findall(r'(?:href|hx-get)="(/events/\d[^"]*)"', answer.text)]


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).replace("no place", "").split())
