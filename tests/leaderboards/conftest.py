from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest
import redis as redis_client

from app.accounts.models import Role, User
from app.events import revisions
from app.events.kinds import Visibility
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.support import make


class Score(Protocol):
    def __call__(self, activity: Activity, values: Mapping[Participant, str]) -> None: ...


@dataclass
class Games:
    """A public event with one activity and three people in one group."""

    event: Event
    sprint: Activity
    eva: Participant
    jan: Participant
    ota: Participant

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/board"

    @property
    def live_url(self) -> str:
        return f"{self.url}/live?activity={self.sprint.id}&language=en"


@pytest.fixture
def admin(context: None) -> User:
    return make.user(Role.ADMIN)


@pytest.fixture
def score(admin: User) -> Score:
    """Saves and commits values: `score(sprint, {eva: "12.5", jan: "DNF"})`."""

    def save(activity: Activity, values: Mapping[Participant, str]) -> None:
        event = db.session.get_one(Event, activity.event_id)
        entries = [Entry(participant, activity, (value,)) for participant, value in values.items()]
        outcomes = save_records(event, entries, by=admin, source=Source.HAND)
        assert all(outcome.verdict.is_fine for outcome in outcomes)
        db.session.commit()

    return save


@pytest.fixture
def games(context: None) -> Games:
    return games_with(Visibility.PUBLIC)


def games_with(visibility: Visibility) -> Games:
    event = make.event(visibility=visibility)
    group = make.group(event, "Foxes")
    sprint = make.activity(event, name="Throw")
    eva, jan, ota = (make.participant(group, name) for name in ("Eva", "Jan", "Ota"))
    return Games(event, sprint, eva, jan, ota)


def stay_fresh(redis_url: str, games: Games) -> None:
    """Revisions are kept for a second, which may be over between two requests of a test."""
    revisions.refresh(games.event.id)
    with redis_client.from_url(redis_url) as redis:
        assert redis.persist(revisions.name_of(games.event.id))


@contextmanager
def redis_commands(url: str) -> Iterator[list[str]]:
    """The names of the commands that Redis was sent in the block, by whomever; filled when the block ends."""
    sent: list[str] = []
    with redis_client.from_url(url) as client:
        client.config_resetstat()
        yield sent
        counts = client.info("commandstats")
    for name, numbers in counts.items():
        command = name.removeprefix("cmdstat_")
        if not command.startswith(("config", "info", "client")):
            sent += [command] * numbers["calls"]
