"""Which sign stands before the decimals in a file."""

import re
from collections.abc import Iterable
from enum import StrEnum

from app.events.importing.table import Row


class Decimals(StrEnum):
    """Where a file uses both signs, each of them stands before decimals and none between thousands."""

    COMMA = "comma"
    POINT = "point"
    EITHER = "either"


# A number of which this sign can only stand before the decimals; three figures after it might be thousands.
_CLEARLY = re.compile(
    r"[-+]?(?:[0-9]+:)?[0-9]+(?P<mark>[.,])(?:[0-9]{1,2}|[0-9]{4,})"
    r"|[-+]?[0-9]{1,3}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3})*(?!(?P=group))(?P<after>[.,])[0-9]+"
)
_WITH_THOUSANDS = {
    Decimals.COMMA: (".", re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")),
    Decimals.POINT: (",", re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")),
}


def find_decimals(rows: Iterable[Row]) -> Decimals:
    found = {
        clear["mark"] or clear["after"]
        for row in rows
        for cell in row.cells
        if ("," in cell or "." in cell) and (clear := _CLEARLY.fullmatch(cell.strip()))
    }
    if len(found) != 1:
        return Decimals.EITHER
    return Decimals.COMMA if "," in found else Decimals.POINT


def without_thousands(text: str, decimals: Decimals) -> str:
    """`1.234,5` is 1234,5 in a file with decimal commas; whatever is not a number with thousands stays."""
    if decimals is Decimals.EITHER:
        return text
    sign, number = _WITH_THOUSANDS[decimals]
    return text.replace(sign, "") if number.fullmatch(text.strip()) else text
