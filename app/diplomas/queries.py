from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from ..events.models import Event, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..leaderboards.queries import event_standings, wholes
from ..leaderboards.standings import Competitor, Team
from ..scoring.flags.models import Flag
from . import awards, wording
from .awards import Award, Field, Rule
from .kinds import DiplomaState, FileKind, RunState
from .models import AwardRule, Diploma, DiplomaFile, DiplomaLayout, DiplomaTemplate, PrintRun

# Templates --------------------------------------------------------------------------------------------------------


def templates(event: Event) -> Sequence[DiplomaTemplate]:
    return db.session.scalars(
        select(DiplomaTemplate)
        .where(DiplomaTemplate.event_id == event.id, DiplomaTemplate.deleted_at.is_(None))
        .order_by(DiplomaTemplate.id)
    ).all()


def templates_elsewhere(event: Event) -> Sequence[DiplomaTemplate]:
    """Of other events, the newest first, with their event."""
    return db.session.scalars(
        select(DiplomaTemplate)
        .join(DiplomaTemplate.event)
        .where(DiplomaTemplate.event_id != event.id, DiplomaTemplate.deleted_at.is_(None))
        .options(contains_eager(DiplomaTemplate.event))
        .order_by(DiplomaTemplate.id.desc())
        .limit(50)
    ).all()


def layout_of(template: DiplomaTemplate) -> DiplomaLayout:
    return db.session.get_one(DiplomaLayout, (template.id, template.revision))


def files(event: Event, kind: FileKind | None = None) -> Sequence[DiplomaFile]:
    wanted = select(DiplomaFile).where(DiplomaFile.event_id == event.id).order_by(DiplomaFile.id)
    return db.session.scalars(wanted.where(DiplomaFile.kind == kind) if kind else wanted).all()


# Awards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An award, what its diploma will say, and the one that somebody holds already."""

    award: Award
    template: DiplomaTemplate
    says: dict[str, str]
    held: Diploma | None

    @property
    def is_changed(self) -> bool:
        """What somebody holds says something else: a new one supersedes it."""
        return self.held is not None and self.said != self.says

    @property
    def is_due(self) -> bool:
        return self.held is None or self.is_changed

    @property
    def said(self) -> dict[str, str]:
        """What the one that is held says, but its number."""
        return {name: text for name, text in self.held.says.items() if name != "number"} if self.held else {}

    @property
    def differences(self) -> list[tuple[str, str]]:
        """What the old one says, and what the new one will."""
        return [(self.said.get(name, ""), text) for name, text in self.says.items() if self.said.get(name, "") != text]


@dataclass(frozen=True)
class ToCheck:
    """Everything that is to be looked at before printing. `left` are diplomas that are held and no longer due."""

    lines: list[Line]
    left: list[Diploma]
    empty: list[str]

    @cached_property
    def due(self) -> list[Line]:
        return [line for line in self.lines if line.is_due]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]

    @property
    def doubtful(self) -> int:
        return sum(1 for line in self.lines if line.award.doubts)

    @property
    def sections(self) -> list[tuple[str, list[Line]]]:
        """By what is won."""
        parts: dict[str, list[Line]] = {}
        for line in self.lines:
            parts.setdefault(line.award.key, []).append(line)
        return [(wording.title_of(some[0].award), some) for some in parts.values()]


def rules(event: Event) -> Sequence[AwardRule]:
    return db.session.scalars(
        select(AwardRule)
        .where(AwardRule.event_id == event.id)
        .options(joinedload(AwardRule.template), joinedload(AwardRule.activity))
        .order_by(AwardRule.id)
    ).all()


def awards_of(event: Event) -> list[Award]:
    return awards.decide(_plain(rules(event)), _field(event))


def to_check(event: Event) -> ToCheck:
    """A fixed number of statements, whatever there is."""
    plain, field = _plain(rules(event)), _field(event)
    by_id = {template.id: template for template in templates(event)}
    held = {(diploma.award, diploma.subject): diploma for diploma in held_diplomas(event)}
    lines = [
        Line(award, template, wording.says(award, event, template.language), held.pop((award.key, award.subject), None))
        for award in awards.decide(plain, field)
        if (template := by_id.get(award.template_id))
    ]
    empty = [one.activity.name for one in awards.without_results(plain, field)]
    if awards.is_whole_without_results(plain, field):
        empty.append(_("Overall"))
    return ToCheck(lines, list(held.values()), empty)


def _plain(some: Iterable[AwardRule]) -> list[Rule]:
    return [Rule(rule.basis, rule.template_id, rule.places, rule.activity_id) for rule in some]


def _field(event: Event) -> Field:
    flagged = select(Flag.activity_id, Flag.participant_id).where(Flag.event_id == event.id, Flag.answered_at.is_(None))
    found = {(row[0], row[1]) for row in db.session.execute(flagged)}
    return Field(event_standings(event), _people(event), wholes(event), found)


def _people(event: Event) -> list[Competitor]:
    rows = db.session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, is_staying())
        .options(selectinload(Participant.group))
        .order_by(Participant.group_id, Participant.position, Participant.id)
    )
    return [
        Competitor(
            person.id,
            person.external_id,
            person.display_name,
            person.gender,
            person.age_at(event.starts_on),
            Team(person.group.id, person.group.name, person.group.colour),
        )
        for person in rows
    ]


def example(event: Event, template: DiplomaTemplate) -> dict[str, str]:
    """What a template is shown with: of the awards on it the one with the longest name, else made-up words."""
    some = [award for award in awards_of(event) if award.template_id == template.id]
    if some:
        longest = max(some, key=lambda award: len(award.winner))
        return {**wording.says(longest, event, template.language), "number": wording.NUMBER}
    return wording.example(event, template.language)


# Diplomas ---------------------------------------------------------------------------------------------------------


def held_diplomas(event: Event) -> Sequence[Diploma]:
    """Those that count, in the order of their printing."""
    return db.session.scalars(
        select(Diploma)
        .where(Diploma.event_id == event.id, Diploma.state == DiplomaState.VALID)
        .order_by(Diploma.run_id, Diploma.position)
    ).all()


def diplomas_of(run: PrintRun) -> Sequence[Diploma]:
    return db.session.scalars(select(Diploma).where(Diploma.run_id == run.id).order_by(Diploma.position)).all()


def diplomas_held_by(participant: Participant) -> Sequence[Diploma]:
    """All that were ever made for them, the newest first."""
    return db.session.scalars(
        select(Diploma)
        .where(Diploma.participant_id == participant.id, Diploma.state != DiplomaState.PREPARED)
        .order_by(Diploma.id.desc())
    ).all()


def diploma_with(number: str) -> Diploma | None:
    """With its event and what superseded it; not before it is printed."""
    return db.session.scalar(
        select(Diploma)
        .where(Diploma.number == number, Diploma.state != DiplomaState.PREPARED)
        .options(joinedload(Diploma.event), joinedload(Diploma.superseded_by))
    )


def runs(event: Event) -> Sequence[PrintRun]:
    """The newest first."""
    return db.session.scalars(
        select(PrintRun)
        .where(PrintRun.event_id == event.id)
        .options(joinedload(PrintRun.job))
        .order_by(PrintRun.id.desc())
        .limit(30)
    ).all()


def run_under_way(event: Event) -> PrintRun | None:
    return db.session.scalar(
        select(PrintRun).where(PrintRun.event_id == event.id, PrintRun.state == RunState.PENDING).limit(1)
    )


def layouts(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], DiplomaLayout]:
    """By template and revision."""
    wanted = select(DiplomaLayout).where(DiplomaLayout.template_id.in_({template for template, _ in pairs}))
    found = {(layout.template_id, layout.revision): layout for layout in db.session.scalars(wanted)}
    return {pair: found[pair] for pair in pairs}
