"""A living event for the first visit: a sports day half way through, one finished, one being prepared.

People and results are invented. Nothing is loaded into an installation that has a user.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from . import web
from .accounts import actions as accounts
from .accounts.models import Audience, Role, User
from .accounts.queries import any_user
from .database import locked, now
from .diplomas.actions import add_rule, prepare_run
from .diplomas.kinds import Basis
from .diplomas.layouts import create_from_starter
from .diplomas.printing import print_diplomas
from .diplomas.queries import to_check
from .diplomas.starters import STARTERS
from .events.kinds import ActivityState, Checking, CutBy, EvaluationType, EventStatus, Formula, Gender, Visibility
from .events.models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator, Participant
from .events.names import name_key
from .extensions import db
from .jobs import enqueue
from .leaderboards.overall_rules import Method, Rule, Scheme, TieBreak
from .leaderboards.schemes import scheme_rules, team_rules
from .leaderboards.teams import TeamScheme
from .profiles.actions import tie
from .profiles.models import How
from .scoring.actions import Entry, plain_marks, save_records
from .scoring.checking.actions import check
from .scoring.flags.actions import raise_flag
from .scoring.models import Source
from .scoring.queries import standings

demo = AppGroup("demo", help="Example data for trying Laurel out.")


def _words(text: str) -> list[str]:
    return text.split()


DEMO_POINTS = tuple(map(Decimal, (30, 27, 25, *range(24, 0, -1))))
EASY_TO_TYPE = _words("apple bear cloud daisy eagle forest garden harbour island kite lemon maple nest olive pearl")

GIRLS = _words(
    """
    Anežka Barbora Chloé Daniela Eliška Emma Grace Hana Isabella Jana Karolína Lucy Markéta Nela Olivia
    Petra Rozálie Sofia Tereza Žofie
    """
)
BOYS = _words(
    """
    Adam Benjamin Čeněk David Ethan Filip George Hugo Ivan Jakub Kryštof Łukasz Matěj Noah Ondřej
    Patrik Samuel Tomáš Vojtěch Yusuf
    """
)
FAMILIES = _words(
    """
    Novák Svoboda Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Smith Taylor Brown Müller
    Haas Walker Kowalski Nguyen Růžička Křišťan
    """
)
FEMALE = {
    "Černý": "Černá",
    "Kowalski": "Kowalska",
    "Kučera": "Kučerová",
    "Němec": "Němcová",
    "Pokorný": "Pokorná",
    "Procházka": "Procházková",
    "Růžička": "Růžičková",
    "Svoboda": "Svobodová",
    "Veselý": "Veselá",
}
CZECH = {"Novák", "Dvořák", "Horák", "Křišťan"}

GROUPS = (
    ("Blue team", 1),
    ("Red team", 2),
    ("Green team", 3),
    ("Yellow team", 4),
    ("Violet team", 5),
    ("Orange team", 6),
)
CATEGORIES = (
    ("Girls 8–10", 8, 10, Gender.F),
    ("Girls 11–13", 11, 13, Gender.F),
    ("Boys 8–10", 8, 10, Gender.M),
    ("Boys 11–13", 11, 13, Gender.M),
)
ACTIVITIES = (
    ("60 m sprint", EvaluationType.TIME_LOW, "", 1),
    ("Ball throw", EvaluationType.NUMERIC_HIGH, "m", 1),
    ("Obstacle penalties", EvaluationType.NUMERIC_LOW, "", 1),
    ("Rope climb to the top", EvaluationType.BOOLEAN, "", 1),
    ("Long jump, best of three", EvaluationType.SCORE_SET, "m", 3),
)


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)


@demo.command("load")
def load() -> None:
    """Load the example events once, and say how to sign in."""
    file: Path = current_app.config["SETTINGS"].demo_sign_in
    if not any_user():
        people = _people()
        _events(people)
        db.session.commit()
        _write_sign_in(file, people)
    if file.exists():
        click.echo(file.read_text(), nl=False)


def _people() -> dict[str, tuple[User, str]]:
    """The demo's accounts, each with a password made up on the spot."""
    wanted = (
        ("super admin", Role.SUPER_ADMIN, "Věra Malá", "vera@demo.example"),
        ("admin", Role.ADMIN, "Ivan Dostál", "ivan@demo.example"),
        ("evaluator", Role.EVALUATOR, "Petra Jelínková", "petra@demo.example"),
        ("evaluator, same group", Role.EVALUATOR, "Tom Baker", "tom@demo.example"),
        ("player", Role.PLAYER, "Anežka Haas", "anezka@demo.example"),
    )
    made = {}
    for what, role, name, email in wanted:
        password = "-".join([*(secrets.choice(EASY_TO_TYPE) for _ in range(4)), str(secrets.randbelow(90) + 10)])
        made[what] = (accounts.create_user(email, name, role, password, by=None), password)
    return made


def _write_sign_in(file: Path, people: dict[str, tuple[User, str]]) -> None:
    width = max(map(len, people))
    lines = [f"{what:<{width}}  {user.email}  {password}\n" for what, (user, password) in people.items()]
    file.touch(mode=0o600)
    file.write_text("".join(lines))


def _events(people: dict[str, tuple[User, str]]) -> None:
    admin = people["admin"][0]
    chance = random.Random(2026)  # noqa: S311  The demo is the same for everybody.
    today = now().date()
    running = _event("Summer games 2026", "Lhota meadow", today, Visibility.PUBLIC)
    _plan(running, chance, people_per_group=20)
    _staff(running, [people["evaluator"][0], people["evaluator, same group"][0]])
    _score(running, chance, admin, share=0.5)
    _doubt(running, people)
    _rank(running)
    finished = _event("Spring games 2026", "School gym", today - timedelta(days=90), Visibility.PUBLIC)
    _plan(finished, chance, people_per_group=8)
    _score(finished, chance, admin, share=1.0)
    _rank(finished)
    _play(people["player"][0], [finished, running], admin)
    _award(finished, admin)
    finished.status = EventStatus.ARCHIVED
    draft = _event("Autumn games 2026", "Lhota meadow", today + timedelta(days=60), Visibility.PRIVATE)
    draft.status = EventStatus.DRAFT
    db.session.add_all(_group(draft, name, colour) for name, colour in GROUPS[:3])
    db.session.add(_activity(draft, *ACTIVITIES[0], position=1))


def _rank(event: Event) -> None:
    """Points for places, of which the best four count, teams of five, and a final of the sprint for eight."""
    scheme = Scheme(Method.POINTS, DEMO_POINTS, best=4, ties=(Rule(TieBreak.COUNTBACK),))
    event.overall_rules, event.team_rules = scheme_rules(scheme), team_rules(TeamScheme(best=5))
    sprint = event.activities[0]
    sprint.cut_by, sprint.cut_amount = CutBy.PLACE, Decimal(8)


def _doubt(event: Event, people: dict[str, tuple[User, str]]) -> None:
    """The sprint is checked as a whole, the throw in some groups, and one result is flagged."""
    helper, other = people["evaluator"][0], people["evaluator, same group"][0]
    sprint, throw, penalties = event.activities[:3]
    sprint.checking, throw.checking = Checking.REQUIRED, Checking.OPTIONAL
    for activity, groups in ((sprint, event.groups), (throw, event.groups[:2])):
        known = standings([activity], [person.id for group in groups for person in group.participants])
        everybody = [person for group in groups for person in group.participants]
        typed = [
            Entry(person, activity, tuple(plain_marks(known[activity.id, person.id].marks)))
            for person in everybody
            if (activity.id, person.id) in known
        ]
        check(event, activity, typed, by=helper)
    doubted = event.groups[0].participants[2]
    raise_flag(event, penalties, doubted, "The third obstacle was knocked over by the wind.", None, by=other)


def _award(event: Event, by: User) -> None:
    """Two looks to choose from, and diplomas for three activities, which the worker prints as soon as it runs."""
    db.session.flush()
    for activity in event.activities:
        activity.state = ActivityState.PUBLISHED
    event = locked(Event, event.id)
    wreath = create_from_starter(event, "Laurel wreath", STARTERS["laurel"], "en", by=by)
    create_from_starter(event, "Thank you for coming", STARTERS["confetti"], "en", by=by)
    for activity in (event.activities[0], event.activities[1], event.activities[4]):
        add_rule(event, Basis.ACTIVITY, wreath.id, places=3, activity_id=activity.id, by=by)
    address = web.public_url_for("verification.show", number="0").removesuffix("0")
    run = prepare_run(event, to_check(event).lines, address=address, by=by)
    run.job_id = enqueue(print_diplomas, run.id).id


def _play(player: User, events: Iterable[Event], admin: User) -> None:
    """Somebody who was at both events, with a page that everybody may see."""
    player.visible_to = Audience.EVERYONE
    player.bio = "Runs, throws and climbs."
    for event in events:
        held = locked(Event, event.id)
        somebody = next(person for person in held.groups[0].participants if person.gender is Gender.F)
        somebody.display_name = player.name
        tie(somebody, player, How.ADMIN, by=admin)


def _event(name: str, place: str, day: date, visibility: Visibility) -> Event:
    event = Event(
        name=name,
        place=place,
        starts_on=day,
        status=EventStatus.ACTIVE,
        visibility=visibility,
        link_token=secrets.token_urlsafe(16),
        created_at=now(),
    )
    db.session.add(event)
    db.session.flush()
    return event


def _group(event: Event, name: str, colour: int) -> Group:
    return Group(
        event_id=event.id, name=name, name_key=name_key(name), identifier=name[0], colour=colour, position=colour
    )


def _activity(event: Event, name: str, kind: EvaluationType, unit: str, marks: int, *, position: int) -> Activity:
    return Activity(
        event_id=event.id,
        name=name,
        name_key=name_key(name),
        evaluation_type=kind,
        unit=unit,
        mark_count=marks,
        formula=Formula.BEST,
        position=position,
    )


def _plan(event: Event, chance: random.Random, *, people_per_group: int) -> None:
    groups = [_group(event, name, colour) for name, colour in GROUPS]
    db.session.add_all(groups)
    db.session.add_all(_activity(event, *activity, position=n) for n, activity in enumerate(ACTIVITIES, start=1))
    db.session.add_all(
        Category(event_id=event.id, name=name, name_key=name_key(name), age_from=low, age_to=high, gender=gender)
        for name, low, high, gender in CATEGORIES
    )
    db.session.flush()
    names = _names(chance, people_per_group * len(groups))
    for number, (name, gender) in enumerate(names, start=101):
        group = groups[(number - 101) // people_per_group]
        born = event.starts_on - timedelta(days=chance.randint(8 * 366, 14 * 365 - 10))
        db.session.add(
            Participant(
                event_id=event.id,
                group_id=group.id,
                display_name=name,
                external_id=str(number),
                gender=gender,
                born=born,
                position=number,
            )
        )
    db.session.flush()


def _names(chance: random.Random, count: int) -> list[tuple[str, Gender]]:
    """Different names, girls and boys mixed, families inflected as at home."""
    girls = [f"{first} {_female(family)}" for first in GIRLS for family in FAMILIES]
    boys = [f"{first} {family}" for first in BOYS for family in FAMILIES]
    everybody = [(name, Gender.F) for name in girls] + [(name, Gender.M) for name in boys]
    chosen = chance.sample(everybody, count - 1)
    return [("Chloé Müller-Østergaard z Nového Města", Gender.F), *chosen]


def _female(family: str) -> str:
    return FEMALE.get(family, f"{family}ová" if family in CZECH else family)


def _staff(event: Event, evaluators: Iterable[User]) -> None:
    blue = next(group for group in event.groups if group.name == "Blue team")
    for evaluator in evaluators:
        db.session.add(EventEvaluator(event_id=event.id, user_id=evaluator.id))
        db.session.flush()
        db.session.add(GroupEvaluator(event_id=event.id, user_id=evaluator.id, group_id=blue.id))


def _score(event: Event, chance: random.Random, by: User, *, share: float) -> None:
    """Score this share of it, earlier groups and activities further than later ones, as on a real day."""
    db.session.flush()
    db.session.refresh(event)
    for turn, activity in enumerate(event.activities):
        entries = []
        for place, group in enumerate(event.groups):
            done = min(1.0, max(0.0, share * (2.6 - 0.45 * turn - 0.25 * place))) if share < 1 else 1.0
            people = sorted(group.participants, key=lambda person: person.position)
            entries += [
                Entry(person, activity, _marks(activity, chance), confirmed=True)
                for person in people[: round(len(people) * done)]
            ]
        save_records(event, entries, by=by, source=Source.DEMO)


def _marks(activity: Activity, chance: random.Random) -> tuple[str | None, ...]:
    if chance.random() < 0.03:
        return (chance.choice(["DNS", "DNF"]), *[None] * (activity.mark_count - 1))
    match activity.evaluation_type:
        case EvaluationType.TIME_LOW:
            return (str(Decimal(chance.randint(905, 1450)) / 100),)
        case EvaluationType.NUMERIC_HIGH:
            return (str(Decimal(chance.randint(80, 420)) / 10),)
        case EvaluationType.NUMERIC_LOW:
            return (str(chance.choice([0, 0, 0, 1, 1, 2, 3, 5])),)
        case EvaluationType.BOOLEAN:
            return (chance.choice(["1", "1", "0"]),)
        case EvaluationType.SCORE_SET:
            return tuple(str(Decimal(chance.randint(190, 430)) / 100) for _ in range(activity.mark_count))
