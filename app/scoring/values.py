"""What may stand in a cell of a sheet: read from text or JSON, and shown again.

Amounts are exact decimals: seconds for times (hundredths at the finest), 1 or 0 for a tick, else the number itself.
Nothing is guessed: `1.234` is one and a bit, `12340` is that many seconds.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.kinds import EvaluationType

TOO_LARGE = 10**12
LONGEST = 40
NUMBER_PLACES = 6
TIME_PLACES = 2

YES = frozenset({"1", "yes", "ano", "true", "x", "✓"})
NO = frozenset({"0", "no", "ne", "false", "✗"})
FAILED = frozenset({"x", "×", "✗"})
"""How a failed attempt is written on paper."""

_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(rf"[+-]?(?:[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]+)(?:[.,][0-9]+)?|[+-]?[.,][0-9]+")
_SECONDS = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_CLOCK = re.compile(r"(?P<minutes>[0-9]+):(?P<seconds>[0-9]{2})(?:[.,:](?P<fraction>[0-9]+))?")


class Status(StrEnum):
    """Stands instead of a number: did not start, did not finish, disqualified. Ranked last, in no order of merit."""

    DNS = "DNS"
    DNF = "DNF"
    DSQ = "DSQ"


@dataclass(frozen=True, slots=True)
class Value:
    """An amount or a status, never both and never neither. An empty cell is None, not a Value.

    `ties` are what decides between equal results, best first, where the activity breaks ties.
    """

    amount: Decimal | None
    status: Status | None
    ties: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.status is None):
            raise ValueError("a value is either an amount or a status")

    @classmethod
    def of(cls, amount: Decimal | int) -> "Value":
        return cls(Decimal(amount), None)

    @classmethod
    def without(cls, status: Status) -> "Value":
        return cls(None, status)


class InvalidValue(ValueError):
    """`message` is for the person who typed; `code` is for scripts and does not change."""

    def __init__(self, code: str, message: LazyString) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def parse(text: str, kind: EvaluationType) -> Value | None:
    """What was typed, or None where the cell is blank. Raises InvalidValue."""
    text = text.strip().replace("\u2212", "-")
    if not text:
        return None
    if len(text) > LONGEST:
        raise InvalidValue("too_long", _("This is too long for a value."))
    if text.upper() in Status.__members__:
        return Value.without(Status(text.upper()))
    if kind is EvaluationType.SCORE_SET and text.casefold() in FAILED:
        return Value.without(Status.DNF)
    if kind is EvaluationType.BOOLEAN:
        return Value.of(_read_tick(text))
    if kind is EvaluationType.TIME_LOW:
        return Value.of(_check(_read_time(text), kind))
    return Value.of(_check(_read_number(text), kind))


def parse_json(value: str | int | float | Decimal | None, kind: EvaluationType) -> Value | None:
    """A string is read as typed, a number taken exactly as written, null clears, true and false are ticks."""
    if value is None:
        return None
    if isinstance(value, str):
        return parse(value, kind)
    if isinstance(value, bool) and kind is not EvaluationType.BOOLEAN:
        raise InvalidValue("not_a_number", _("Yes or no is not an answer here. Send a number."))
    amount = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return Value.of(_check(amount, kind))


def show(value: Value | None, kind: EvaluationType, *, decimal_mark: str = ".", places: int = 0) -> str:
    """The value as text that `parse` reads back to the same value.

    Times are `m:ss` or `m:ss.cc`, below a minute too (`0:09.58`), so that a column of them lines up. A tick is ✓ or ✗.
    `places` is the least number of decimals: shorter values are padded, longer ones never rounded.
    """
    if value is None:
        return ""
    if value.amount is None:
        return str(value.status)
    if kind is EvaluationType.BOOLEAN:
        return "✓" if value.amount else "✗"
    if kind is EvaluationType.TIME_LOW:
        return _show_time(value.amount, places).replace(".", decimal_mark)
    return _show_number(value.amount, places).replace(".", decimal_mark)


def _read_number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise InvalidValue("not_a_number", _("This is not a number. Write it like 7 or 7.5."))
    return _decimal(re.sub(rf"[{_SPACES}]", "", text))


def _read_time(text: str) -> Decimal:
    """Seconds. The third part of a clock reading is a fraction, never hours; minutes may exceed 59."""
    unsigned = text.removeprefix("-")
    clock = _CLOCK.fullmatch(unsigned)
    if clock and int(clock["seconds"]) > 59:
        raise InvalidValue("seconds_over_59", _("After minutes, seconds go up to 59."))
    if clock:
        seconds = 60 * Decimal(clock["minutes"]) + Decimal(f"{clock['seconds']}.{clock['fraction'] or 0}")
    elif _SECONDS.fullmatch(unsigned):
        seconds = _decimal(unsigned)
    else:
        raise InvalidValue("not_a_time", _("This is not a time. Write it like 1:23.4, or 83.4 in seconds."))
    return seconds if unsigned == text else seconds.copy_negate()


def _read_tick(text: str) -> Decimal:
    word = text.casefold()
    if word not in YES | NO:
        raise InvalidValue("not_a_tick", _("Write yes or no."))
    return Decimal(word in YES)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _check(amount: Decimal, kind: EvaluationType) -> Decimal:
    """The limits of a type, whichever way the amount came in."""
    if not amount.is_finite():
        raise InvalidValue("not_a_number", _("Only finite numbers can be ranked."))
    if kind is EvaluationType.BOOLEAN and amount not in (0, 1):
        raise InvalidValue("not_a_tick", _("Write yes or no."))
    if kind is EvaluationType.TIME_LOW and amount.is_signed() and amount:
        raise InvalidValue("negative_time", _("A time cannot be below zero."))
    if not -TOO_LARGE < amount < TOO_LARGE:
        raise InvalidValue("too_large", _("This number is too large."))
    places = TIME_PLACES if kind is EvaluationType.TIME_LOW else NUMBER_PLACES
    if int(amount.as_tuple().exponent) < -places:
        raise InvalidValue("too_many_decimals", _("At most %(places)s decimals can be kept here.", places=places))
    return amount if amount else Decimal(0)


def _show_number(amount: Decimal, places: int) -> str:
    whole, _point, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _show_time(amount: Decimal, places: int) -> str:
    minutes, hundredths = divmod(int(amount * 100), 6000)
    seconds, fraction = divmod(hundredths, 100)
    return f"{minutes}:{seconds:02}.{fraction:02}" if fraction or places else f"{minutes}:{seconds:02}"
