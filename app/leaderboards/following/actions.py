"""Following participants with an account: one mail a change, of what the public board says. Commits nothing.

A save costs nothing for it. The scheduler looks every few seconds for events that have moved on since their followers
were last thought of, and promises a job; the job compares what is public now with what each follower knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ... import mail
from ...accounts.models import User
from ...accounts.people.personal import Rows, row_of, source
from ...database import begin_writing, now
from ...events.access import can_see_board
from ...events.kinds import Visibility
from ...events.models import Activity, Event, Participant
from ...events.queries import is_in_pool
from ...extensions import db
from ...i18n import decimal_mark
from ...jobs import enqueue, every_round, job
from ...jobs.models import Job, JobState
from ...scoring.values import show
from ..queries import event_as_it_is, event_standings
from ..standings import Row
from .models import Follow

QUIET = timedelta(seconds=45)
"""For so long nothing more is waited for: attempts are typed one after the other, and slips are put right at once."""


@dataclass(frozen=True)
class Standing:
    """What a participant has in an activity, as everybody may see it."""

    activity: Activity
    row: Row

    @property
    def key(self) -> str:
        """The same for the same value, in any language."""
        value = self.row.value
        return str(value.status) if value.amount is None else str(value.amount.normalize())

    def words(self) -> str:
        shown = show(
            self.row.value,
            self.activity.mark_type,
            decimal_mark=decimal_mark(),
            places=self.activity.decimal_places,
        )
        place = f" ({self.row.place}.)" if self.row.place else ""
        return f"{self.activity.name}: {shown}{place}"


def follow(event: Event, participant: Participant, *, by: User) -> Follow:
    """From now on: what stands already is known."""
    known = following(by, participant.id)
    if known is not None:
        return known
    found = _public(event).get(participant.id, {})
    made = Follow(
        user_id=by.id,
        event_id=event.id,
        participant_id=participant.id,
        made_at=now(),
        revision=event.revision,
        seen={key: standing.key for key, standing in found.items()},
    )
    db.session.add(made)
    db.session.flush()
    return made


def may_follow(event: Event, participant: Participant, user: User) -> bool:
    """Who stands on a public board, and for the event's staff anybody: nobody finds out names by their numbers."""
    if user.is_admin or is_in_pool(event, user) or following(user, participant.id) is not None:
        return True
    return participant.id in _public(event)


def unfollow(user: User, participant_id: int) -> None:
    known = following(user, participant_id)
    if known is not None:
        db.session.delete(known)


def following(user: User, participant_id: int) -> Follow | None:
    wanted = select(Follow).where(Follow.user_id == user.id, Follow.participant_id == participant_id)
    return db.session.scalars(wanted).one_or_none()


def followed_by(user: User) -> list[Follow]:
    wanted = (
        select(Follow)
        .where(Follow.user_id == user.id)
        .options(joinedload(Follow.event), joinedload(Follow.participant))
        .order_by(Follow.id.desc())
    )
    return list(db.session.scalars(wanted))


@every_round
def look_after_followers() -> int:
    """Promise a job for each event that its followers are to be told of; how many."""
    due = now() - QUIET
    events = db.session.scalars(
        select(Follow.event_id)
        .join(Event, Event.id == Follow.event_id)
        .where(or_(Follow.revision < Event.revision, Follow.changed_at <= due))
        .distinct()
    ).all()
    if not events:
        return 0
    # While no worker is there, one promise is enough.
    promised = db.session.scalars(
        select(Job.arguments).where(
            Job.kind == tell_followers.__name__, Job.state.in_((JobState.PENDING, JobState.RUNNING))
        )
    ).all()
    new = [event_id for event_id in events if [event_id] not in promised]
    for event_id in new:
        enqueue(tell_followers, event_id, queue="mail")
    return len(new)


@job
def tell_followers(event_id: int) -> None:
    """Note what has changed, and write of what changed a while ago. Done again, it finds nothing new."""
    # Without a lock: nobody who saves waits for it. What is saved meanwhile is found next time, by its later revision.
    db.session.rollback()
    db.session.connection(execution_options={"writes": False})
    event = event_as_it_is(event_id)
    if event is None:
        return
    revision, public = event.revision, _public(event)
    begin_writing()
    event = event_as_it_is(event_id)
    if event is None:
        return
    wanted = select(Follow).where(Follow.event_id == event_id).options(joinedload(Follow.user))
    follows = db.session.scalars(wanted.with_for_update(of=Follow)).unique().all()
    for one in follows:
        one.revision = revision
        found = public.get(one.participant_id, {})
        current = {key: standing.key for key, standing in found.items()}
        if current == one.seen or not can_see_board(event, one.user, _link_of(event)):
            one.changed_at = None  # Put right before anybody was told; or not theirs to know any more.
        elif one.changed_at is None:
            one.changed_at = now()
        elif one.changed_at <= now() - QUIET:
            _tell(event, one, found)
            one.seen, one.changed_at = current, None


def _tell(event: Event, one: Follow, found: Mapping[str, Standing]) -> None:
    user = one.user
    if not user.email or not user.active:
        return
    language = user.language or "en"
    new = [standing for key, standing in found.items() if one.seen.get(key) != standing.key]
    gone = [activity for activity in event.activities if str(activity.id) in one.seen.keys() - found.keys()]
    with force_locale(language):
        results = "; ".join(standing.words() for standing in new)
    first = new[0].activity.id if new else gone[0].id if gone else None
    mail.send(
        "followed",
        user.email,
        language=language,
        link=mail.Link(
            "leaderboards.show",
            event_id=str(event.id),
            why=f"{first}-{one.participant_id}",
            **({"link": event.link_token} if event.visibility is Visibility.LINK else {}),
        ),
        name=user.name,
        who=one.participant.display_name,
        event=event.name,
        results=results,
        gone=", ".join(activity.name for activity in gone),
    )


def _public(event: Event) -> dict[int, dict[str, Standing]]:
    """By participant and activity; a freeze holds."""
    found: defaultdict[int, dict[str, Standing]] = defaultdict(dict)
    for one in event_standings(event):
        for row in one.standings.together:
            found[row.participant.id][str(one.activity.id)] = Standing(one.activity, row)
    return found


def _link_of(event: Event) -> str | None:
    """Who follows had it: an event that is shared by its link stays theirs to see."""
    return event.link_token if event.visibility is Visibility.LINK else None


@source("follows")
def _followed(user: User) -> Rows:
    return (
        {"event": one.event.name, "participant": one.participant.display_name, **row_of(one, "made_at")}
        for one in followed_by(user)
    )
