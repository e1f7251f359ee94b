"""What diplomas say, in the language of their template, and what people call the closed lists here."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ..events.kinds import EvaluationType
from ..events.labels import days
from ..events.models import Event
from ..i18n import decimal_mark
from ..leaderboards.board import ALIGNED_PLACES, bucket_name
from ..leaderboards.standings import ALL, BucketOf, Row
from ..leaderboards.whole import OverallRow
from ..scoring.values import show
from .awards import Award
from .kinds import Basis, Doubt
from .template import What

NUMBER = "0000-0000-0000-0000"
"""Of an example."""

BASES: dict[Basis, LazyString] = {
    Basis.ACTIVITY: _l("The first of an activity, all together"),
    Basis.CATEGORY: _l("The first of each category in an activity"),
    Basis.GROUP: _l("The first of each group in an activity"),
    Basis.OVERALL: _l("The first over all activities"),
    Basis.OVERALL_CATEGORY: _l("The first of each category over all activities"),
    Basis.TEAM: _l("The first teams, one diploma each"),
    Basis.TEAM_MEMBERS: _l("Everybody who counts in one of the first teams"),
    Basis.EVERYBODY: _l("Everybody who takes part"),
}
DOUBTS: dict[Doubt, LazyString] = {
    Doubt.PROVISIONAL: _l("scoring is still open"),
    Doubt.UNPUBLISHED: _l("not published yet"),
    Doubt.WITHHELD: _l("values wait to be checked"),
    Doubt.UNCHECKED: _l("unchecked"),
    Doubt.FLAGGED: _l("flagged"),
    Doubt.TWICE: _l("given by two rules, printed once"),
    Doubt.SAME_NAME: _l("the same name twice in this list"),
    Doubt.NO_RESULT: _l("no result in anything"),
}
FIELDS: dict[What, LazyString] = {
    What.PARTICIPANT_NAME: _l("Name of the participant"),
    What.PLACE: _l("Place, as 1st"),
    What.ACTIVITY: _l("Activity"),
    What.CATEGORY: _l("Category"),
    What.EVENT: _l("Name of the event"),
    What.DATE: _l("Date"),
    What.VENUE: _l("Where it was held"),
    What.VALUE: _l("Result"),
    What.NUMBER: _l("Number of the diploma"),
}


def label(value: Basis | Doubt | What) -> str:
    """Apart by kind: as texts, some of them are equal."""
    match value:
        case Basis():
            return str(BASES[value])
        case Doubt():
            return str(DOUBTS[value])
        case _:
            return str(FIELDS[value])


def says(award: Award, event: Event, language: str) -> dict[str, str]:
    """By field, all but the number."""
    with force_locale(language):
        return {
            What.PARTICIPANT_NAME: award.winner,
            What.PLACE: ordinal(award.place, language) if award.place else "",
            What.ACTIVITY: thing_of(award),
            What.CATEGORY: category_of(award),
            What.EVENT: event.name,
            What.DATE: days(event, "long"),
            What.VENUE: event.place,
            What.VALUE: value_of(award),
        }


def example(event: Event, language: str) -> dict[str, str]:
    with force_locale(language):
        return {
            What.PARTICIPANT_NAME: "Maximiliána Přeškočilová",
            What.PLACE: ordinal(1, language),
            What.ACTIVITY: _("Long jump"),
            What.CATEGORY: _("Girls 8–10"),
            What.EVENT: event.name,
            What.DATE: days(event, "long"),
            What.VENUE: event.place,
            What.VALUE: f"3{decimal_mark()}42 m",
            What.NUMBER: NUMBER,
        }


def category_of(award: Award) -> str:
    """Who it was won among; nothing where that is everybody."""
    if award.part is None:
        return award.team.team.name if award.team and award.participant else ""
    if not isinstance(award.part, BucketOf):
        return award.part.group.name
    return "" if award.part.category == ALL and award.part.gender is None else bucket_name(award.part)


def title_of(award: Award) -> str:
    """What it is for, as a heading."""
    if award.result is None and award.whole is None:
        return _("For taking part")
    # The members of all teams are one list.
    return " · ".join(part for part in (thing_of(award), "" if award.team else category_of(award)) if part)


def thing_of(award: Award) -> str:
    """What it was won in; nothing where it is for taking part."""
    if award.result:
        return award.result.activity.name
    if award.team:
        return _("Teams")
    return _("Overall") if award.whole else ""


def value_of(award: Award) -> str:
    if award.whole:
        total = award.team.total if award.team else award.row.total if isinstance(award.row, OverallRow) else None
        return "" if total is None else replace(award.whole.figures, mark=decimal_mark()).total(total)
    if award.result is None or not isinstance(award.row, Row):
        return ""
    activity, kind = award.result.activity, award.result.activity.mark_type
    if kind is EvaluationType.BOOLEAN:
        return _("done") if award.row.value.amount else _("not done")
    amounts = (row.value.amount for row in award.result.standings.together if row.value.amount is not None)
    finest = min(max((-int(amount.as_tuple().exponent) for amount in amounts), default=0), ALIGNED_PLACES)
    text = show(award.row.value, kind, decimal_mark=decimal_mark(), places=max(finest, activity.decimal_places))
    return f"{text} {activity.unit}".strip()


def ordinal(place: int, language: str) -> str:
    if language == "cs":
        return f"{place}."
    ending = "th" if place % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
