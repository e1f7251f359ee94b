"""The cells of a start list that are more than text: gender, age and date of birth. A blank one is None."""

import re
from calendar import monthrange
from datetime import date, timedelta

from babel.dates import get_month_names
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.text import clean, plain
from app.events.kinds import Gender

OLDEST = 130
SERIAL_ZERO = date(1899, 12, 30)

_GENDERS = {
    Gender.F: "f female w woman women girl girls z zena zeny zensky zenske divka divky holka holky",
    Gender.M: "m male man men boy boys muz muzi muzsky muzske chlapec chlapci kluk kluci hoch hosi",
    Gender.X: "x other nonbinary jine jiny jina",
}
_GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words.split()}

_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    )
)


class InvalidCell(ValueError):
    def __init__(self, message: LazyString) -> None:
        super().__init__("invalid cell")
        self.message = message


def read_text(text: str, longest: int) -> str | None:
    """At most `longest` characters once cleaned. Raises InvalidCell, as all of these do."""
    if "\0" in text:
        raise InvalidCell(_("This cell holds a character that cannot be kept."))
    text = clean(text)
    if len(text) > longest:
        raise InvalidCell(_("This is longer than %(longest)s characters.", longest=longest))
    return text or None


def read_gender(text: str) -> Gender | None:
    if not clean(text):
        return None
    gender = _GENDER_OF.get(plain(text))
    if gender is None:
        raise InvalidCell(_("This is not a gender Laurel knows. Write F, M or X."))
    return gender


def read_age(text: str) -> int | None:
    text = clean(text)
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > OLDEST:
        raise InvalidCell(_("An age is a whole number from 0 to %(oldest)s.", oldest=OLDEST))
    return int(text)


def read_born(text: str, today: date) -> date | None:
    """`12. 4. 2014`, `12.4.2014`, `12/04/2014` (the day first) or `2014-04-12`; `41741` is that day
    as a spreadsheet counts it, where the cell has lost its format.

    A year alone is refused: a date made up from it would put people in a wrong age category.
    """
    text = clean(text)
    if not text:
        return None
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(text))), None)
    if found:
        return _real_date(int(found["year"]), int(found["month"]), int(found["day"]), today)
    if re.fullmatch("[1-5][0-9]{4}", text):
        day = SERIAL_ZERO + timedelta(days=int(text))
        return _real_date(day.year, day.month, day.day, today)
    if re.fullmatch("[0-9]{4}", text):
        raise InvalidCell(_("This is only a year. Write the whole date, such as 12. 4. 2014, or keep it as a note."))
    raise InvalidCell(_("This is not a date. Write it like 12. 4. 2014."))


def _real_date(year: int, month: int, day: int, today: date) -> date:
    if not 1 <= month <= 12:
        raise InvalidCell(_("There is no month %(month)s. This row is left out.", month=month))
    if not today.year - OLDEST <= year <= today.year:
        raise InvalidCell(_("A birth in %(year)s cannot be right. This row is left out.", year=year))
    if not 1 <= day <= monthrange(2000, month)[1]:
        name = LazyString(_month_name, month)  # type: ignore[no-untyped-call]
        raise InvalidCell(_("There is no %(day)s %(month)s. This row is left out.", day=day, month=name))
    if day > monthrange(year, month)[1]:
        raise InvalidCell(_("There was no 29 February in %(year)s. This row is left out.", year=year))
    born = date(year, month, day)
    if born > today:
        raise InvalidCell(_("This day is still to come. This row is left out."))
    return born


def _month_name(month: int) -> str:
    """As it stands after a day: "February", "února"."""
    return str(get_month_names("wide", "format", get_locale() or "en")[month])
