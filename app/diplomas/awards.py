"""Who gets a diploma: from rules and standings, in the order of the ceremony's list. Pure calculation.

Whoever shares a place gets one each. Nothing is decided about what looks doubtful: it is said.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..events.kinds import ActivityState
from ..leaderboards.queries import ActivityStandings, Wholes
from ..leaderboards.standings import BucketOf, Competitor, GroupStandingsOf, Row
from ..leaderboards.whole import OverallRow, TeamRow
from .kinds import IN_ACTIVITIES, Basis, Doubt

Part = BucketOf[Any] | GroupStandingsOf[Any]


@dataclass(frozen=True)
class Rule:
    """Places 1 to `places` of this activity, or without one of each, get a diploma from this template."""

    basis: Basis
    template_id: int
    places: int
    activity_id: int | None = None


@dataclass(frozen=True)
class Award:
    """`key` names what it is for, the same before and after a correction; `part` are the people it was won among.

    It is won in an activity (`result`) or over all of them (`whole`), by a participant, by a team, or by a
    participant in a team.
    """

    key: str
    template_id: int
    participant: Competitor | None
    place: int | None = None
    result: ActivityStandings | None = None
    whole: Wholes | None = None
    part: Part | None = None
    row: Row | OverallRow | None = None
    team: TeamRow | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def subject(self) -> str:
        if self.participant is None:
            return f"team-{self.team.team.id}" if self.team else ""
        return f"participant-{self.participant.id}"

    @property
    def winner(self) -> str:
        """Who gets it, as it is written on it."""
        if self.participant is None:
            return self.team.team.name if self.team else ""
        return self.participant.name

    @property
    def name(self) -> str:
        """What names this award of this person, in forms too."""
        return f"{self.key}/{self.subject}"


@dataclass(frozen=True)
class Field:
    """What rules are applied to. `people` are those who take part; `flagged` holds pairs of activity and participant
    where somebody's doubt waits for an answer. `whole` is there where the event has a ranking over all activities."""

    standings: Sequence[ActivityStandings]
    people: Sequence[Competitor]
    whole: Wholes | None = None
    flagged: Collection[tuple[int, int]] = ()


def decide(rules: Sequence[Rule], field: Field) -> list[Award]:
    """In the order of the rules, then of activities, then of their categories, then of places.

    What two rules give to the same person is listed once, by the first of them, and says so.
    """
    given = [award for rule in rules for award in _by_rule(rule, field)]
    times = Counter(award.name for award in given)
    same_names = Counter((award.key, _plain(award.winner)) for award in _once(given))
    return [replace(award, doubts=(*award.doubts, *_about_names(award, times, same_names))) for award in _once(given)]


def without_results(rules: Sequence[Rule], field: Field) -> list[ActivityStandings]:
    """What is to be awarded, and nobody has a place in."""
    return [
        one
        for one in field.standings
        if any(rule.basis in IN_ACTIVITIES and rule.activity_id in (None, one.activity.id) for rule in rules)
        and not any(row.place for row in one.standings.together)
    ]


def is_whole_without_results(rules: Sequence[Rule], field: Field) -> bool:
    """Whether something over all activities is to be awarded, and there is no ranking, or nobody has a place in it."""
    return any(rule.basis not in {*IN_ACTIVITIES, Basis.EVERYBODY} for rule in rules) and not (
        field.whole and any(row.place for row in field.whole.overall.together)
    )


def ceremony(awards: Sequence[Award]) -> list[tuple[Award, list[tuple[int, list[Award]]]]]:
    """For whoever announces: what is won, each with its places from the last to the first, ties together.

    What it is, is told by one of its awards.
    """
    lists: dict[str, list[Award]] = {}
    for award in awards:
        if award.place is not None:
            lists.setdefault(award.key, []).append(award)
    return [
        (some[0], [(place, [one for one in some if one.place == place]) for place in _places_down(some)])
        for some in lists.values()
    ]


def _places_down(awards: Sequence[Award]) -> list[int]:
    return sorted({award.place for award in awards if award.place is not None}, reverse=True)


def _by_rule(rule: Rule, field: Field) -> Iterator[Award]:
    match rule.basis:
        case Basis.EVERYBODY:
            yield from _for_everybody(rule, field)
        case Basis.OVERALL | Basis.OVERALL_CATEGORY if field.whole:
            yield from _overall(rule, field.whole, field)
        case Basis.TEAM | Basis.TEAM_MEMBERS if field.whole:
            yield from _for_teams(rule, field.whole, field)
        case Basis.ACTIVITY | Basis.CATEGORY | Basis.GROUP:
            for one in field.standings:
                if rule.activity_id in (None, one.activity.id):
                    yield from _in_activity(rule, one, field)


def _for_everybody(rule: Rule, field: Field) -> Iterator[Award]:
    have_results = {row.participant.id for one in field.standings for row in one.standings.together}
    for person in field.people:
        doubts = () if person.id in have_results else (Doubt.NO_RESULT,)
        yield Award("everybody", rule.template_id, person, doubts=doubts)


def _in_activity(rule: Rule, one: ActivityStandings, field: Field) -> Iterator[Award]:
    whole = f"activity-{one.activity.id}"
    parts: list[tuple[str, Part | None, tuple[Row, ...]]]
    match rule.basis:
        case Basis.CATEGORY:
            parts = [(f"{whole}/{part.key}", part, part.rows) for part in one.standings.buckets]
        case Basis.GROUP:
            parts = [(f"{whole}/{part.key}", part, part.rows) for part in one.standings.groups]
        case _:
            parts = [(whole, None, one.standings.together)]
    for key, part, rows in parts:
        for row in rows:
            if row.place is not None and row.place <= rule.places:
                doubts = tuple(_about(one, row, field))
                yield Award(key, rule.template_id, row.participant, row.place, one, part=part, row=row, doubts=doubts)


def _overall(rule: Rule, whole: Wholes, field: Field) -> Iterator[Award]:
    parts: list[tuple[str, Part | None, tuple[OverallRow, ...]]] = [("overall", None, whole.overall.together)]
    if rule.basis is Basis.OVERALL_CATEGORY:
        parts = [(f"overall/{part.key}", part, part.rows) for part in whole.overall.buckets]
    for key, part, rows in parts:
        for row in rows:
            if row.place is not None and row.place <= rule.places:
                doubts = tuple(_about_whole(whole, [row.participant.id], field))
                yield Award(
                    key, rule.template_id, row.participant, row.place, whole=whole, part=part, row=row, doubts=doubts
                )


def _for_teams(rule: Rule, whole: Wholes, field: Field) -> Iterator[Award]:
    """For each of the first teams one, or one for each who counts in it."""
    for team in whole.teams:
        if team.place is None or team.place > rule.places:
            continue
        counted = {member.key for member in team.line.members if member.is_counted}
        doubts = tuple(_about_whole(whole, counted, field))
        if rule.basis is Basis.TEAM:
            yield Award("team", rule.template_id, None, team.place, whole=whole, team=team, doubts=doubts)
            continue
        for row in team.members:
            if row.participant.id in counted:
                yield Award(
                    "team-members",
                    rule.template_id,
                    row.participant,
                    team.place,
                    whole=whole,
                    row=row,
                    team=team,
                    doubts=doubts,
                )


def _about_whole(whole: Wholes, people: Collection[int], field: Field) -> Iterator[Doubt]:
    counted = whole.figures.activities
    states = {activity.state for activity in counted.values()}
    if ActivityState.OPEN in states:
        yield Doubt.PROVISIONAL
    if ActivityState.LOCKED in states:
        yield Doubt.UNPUBLISHED
    if whole.overall.withheld:
        yield Doubt.WITHHELD
    if any(person in whole.overall.unchecked for person in people):
        yield Doubt.UNCHECKED
    if any((activity, person) in field.flagged for activity in counted for person in people):
        yield Doubt.FLAGGED


def _about(one: ActivityStandings, row: Row, field: Field) -> Iterator[Doubt]:
    if one.activity.state is ActivityState.OPEN:
        yield Doubt.PROVISIONAL
    if one.activity.state is ActivityState.LOCKED:
        yield Doubt.UNPUBLISHED
    if one.standings.withheld:
        yield Doubt.WITHHELD
    if row.participant.id in one.standings.unchecked:
        yield Doubt.UNCHECKED
    if (one.activity.id, row.participant.id) in field.flagged:
        yield Doubt.FLAGGED


def _about_names(award: Award, times: Counter[str], names: Counter[tuple[str, str]]) -> Iterator[Doubt]:
    if times[award.name] > 1:
        yield Doubt.TWICE
    if names[award.key, _plain(award.winner)] > 1:
        yield Doubt.SAME_NAME


def _once(awards: Sequence[Award]) -> list[Award]:
    first: dict[str, Award] = {}
    for award in awards:
        first.setdefault(award.name, award)
    return list(first.values())


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
