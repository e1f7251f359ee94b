"""One value of a row, as JSON has it and back. What comes back may be anything, so each is looked at closely."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, Text
from sqlalchemy.schema import Column
from sqlalchemy.types import TypeEngine

from ..database import Enumerated, ExactDecimal, UtcDateTime
from .tables import is_json

AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
LARGEST = 2**31 - 1
LONGEST = 20_000
DEEPEST = 8
FILE = "bundled_file"
"""Stands inside JSON for a file, with its place in the list of files."""


class WrongCell(ValueError):
    """This value cannot stand in its column."""


def plain(value: Any) -> Any:
    if value is None or type(value) in {str, int, bool}:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def read(column: Column[object], value: Any) -> Any:
    """Raises WrongCell."""
    if value is None:
        if not column.nullable:
            raise WrongCell("is missing")
        return None
    try:
        return _reader(column)(value)
    except (TypeError, ValueError, InvalidOperation, OverflowError) as wrong:
        raise WrongCell(str(wrong)) from None


@cache
def _reader(column: Column[object]) -> Callable[[Any], Any]:
    kind: TypeEngine[Any] = column.type
    if is_json(column):
        return json_read
    if isinstance(kind, Enumerated):
        return lambda value: kind.kind(_text(value, 40))
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, ExactDecimal):
        return _amount
    if isinstance(kind, Boolean):
        return _yes_or_no
    if isinstance(kind, Integer):
        return whole
    if isinstance(kind, Date):
        return lambda value: date.fromisoformat(_text(value, 10))
    if isinstance(kind, String | Text):
        return lambda value: _text(value, kind.length or LONGEST)
    raise WrongCell(f"no value of the kind {kind!r} is known")


def with_files(value: Any, found: Callable[[Any], Any]) -> Any:
    """The same JSON, with what `found` says in place of each text and each mention of a file; None leaves it alone."""
    if isinstance(value, list):
        return [with_files(one, found) for one in value]
    if isinstance(value, dict) and set(value) != {FILE}:
        return {name: with_files(one, found) for name, one in value.items()}
    changed = found(value)
    return value if changed is None else changed


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST <= value <= LARGEST:
        raise WrongCell("is not a whole number")
    return value


def json_read(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise WrongCell("is too deep")
    if isinstance(value, dict):
        return {_text(name, 200): json_read(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [json_read(one, depth + 1) for one in value]
    return _text(value, LONGEST) if isinstance(value, str) else value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongCell("is neither yes nor no")
    return value


def _amount(value: Any) -> Decimal:
    if not AMOUNT.fullmatch(_text(value, 30)):
        raise WrongCell("is not a number")
    return Decimal(value)


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value, 40))
    if moment.tzinfo is None:
        raise WrongCell("is in no time zone")
    return moment


def _text(value: Any, longest: int) -> str:
    """Text that every database keeps: no NUL and no half of a character."""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise WrongCell("is not a text, or too long")
    value.encode()
    return value
