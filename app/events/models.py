from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..assets import FileKey
from ..audit.models import Chained
from ..database import Enumerated, ExactDecimal, UtcDateTime
from ..extensions import Model
from ..jobs.models import Job
from .categories import Bracket, age_on
from .kinds import ActivityState, Checking, CutBy, EvaluationType, EventStatus, Formula, Gender, Visibility
from .marking import Marking


class Event(Chained, Model):
    """A competition. `revision` rises with every write to it or to anything in it.

    `overall_rules` and `team_rules` say how people and teams are placed over all activities, as the leaderboards write
    them; without them there is no such board. `freezes` is what the public sees of a moment, as freezes.py has it.
    It is `hooked` while other programs are told what happens in it. `photo_days` after they are settled, photos of its
    sheets are deleted; without it they stay.
    """

    __tablename__ = "events"

    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120), default="")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[EventStatus] = mapped_column(Enumerated(EventStatus), default=EventStatus.DRAFT)
    visibility: Mapped[Visibility] = mapped_column(Enumerated(Visibility), default=Visibility.PRIVATE)
    link_token: Mapped[str] = mapped_column(String(43), unique=True)
    hooked: Mapped[bool] = mapped_column(default=False)
    photo_days: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    freezes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    overall_rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    team_rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    groups: Mapped[list[Group]] = relationship(back_populates="event", order_by="Group.position, Group.id")
    activities: Mapped[list[Activity]] = relationship(back_populates="event", order_by="Activity.position, Activity.id")
    categories: Mapped[list[Category]] = relationship(
        back_populates="event", order_by="Category.gender, Category.age_from, Category.id"
    )

    @property
    def can_change_plan(self) -> bool:
        """Groups, people, activities, categories and staff may be changed."""
        return self.status is not EventStatus.ARCHIVED

    @property
    def can_take_scores(self) -> bool:
        return self.status is EventStatus.ACTIVE


class Group(Model):
    """The people who go round together. Its name is unique in the event without regard to case."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("event_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(Text)
    identifier: Mapped[str] = mapped_column(String(20), default="")
    colour: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="groups")
    participants: Mapped[list[Participant]] = relationship(back_populates="group", order_by="Participant.position")


class Participant(Model):
    """Somebody who competes. `born` wins over `age` where both are known; `extra` holds unmapped columns.

    Who has withdrawn keeps what they achieved, and is asked for nothing more. Who turned out to be somebody else has
    withdrawn as well, and says who.
    """

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("event_id", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    display_name: Mapped[str] = mapped_column(String(120))
    external_id: Mapped[str | None] = mapped_column(String(60))
    gender: Mapped[Gender | None] = mapped_column(Enumerated(Gender))
    born: Mapped[date | None] = mapped_column(Date)
    age: Mapped[int | None]
    extra: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None]

    group: Mapped[Group] = relationship(back_populates="participants")

    def age_at(self, day: date) -> int | None:
        return age_on(self.born, day) if self.born else self.age


class Activity(Model):
    """What is measured or judged. `mark_count` is 1 but for a score set; `revision` rises with every record.

    `rules` is what else there is to say of a score set's marks, as `Marking` writes it.
    `decimal_places` is the least that is shown; from `low` to `high` is where a mark is expected, times in seconds.
    `weight` is what it counts for in the overall result, 0 for nothing at all; the cut is who goes on to a next round.
    """

    __tablename__ = "activities"
    __table_args__ = (UniqueConstraint("event_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    evaluation_type: Mapped[EvaluationType] = mapped_column(Enumerated(EvaluationType))
    unit: Mapped[str] = mapped_column(String(12), default="")
    mark_count: Mapped[int] = mapped_column(default=1)
    formula: Mapped[Formula] = mapped_column(Enumerated(Formula), default=Formula.BEST)
    higher_is_better: Mapped[bool] = mapped_column(default=True)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    decimal_places: Mapped[int] = mapped_column(default=0)
    low: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    high: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    state: Mapped[ActivityState] = mapped_column(Enumerated(ActivityState), default=ActivityState.OPEN)
    checking: Mapped[Checking] = mapped_column(Enumerated(Checking), default=Checking.OFF)
    position: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    weight: Mapped[Decimal] = mapped_column(ExactDecimal, default=Decimal(1))
    cut_by: Mapped[CutBy | None] = mapped_column(Enumerated(CutBy))
    cut_amount: Mapped[Decimal | None] = mapped_column(ExactDecimal)

    event: Mapped[Event] = relationship(back_populates="activities")

    @property
    def marking(self) -> Marking:
        """Put together once for what the columns say: a sheet asks for it with every row."""
        said = self.mark_count, self.formula, self.is_higher_better
        kept: tuple[object, object, Marking] | None = self.__dict__.get("_marking")
        if kept is None or kept[0] != said or kept[1] is not self.rules:
            kept = self.__dict__["_marking"] = said, self.rules, Marking.of(*said, self.rules)
        return kept[2]

    @property
    def is_higher_better(self) -> bool:
        """The type decides; only a score set takes the activity's own choice."""
        if self.evaluation_type is EvaluationType.SCORE_SET:
            return self.higher_is_better
        return self.evaluation_type in (EvaluationType.NUMERIC_HIGH, EvaluationType.BOOLEAN)

    @property
    def mark_type(self) -> EvaluationType:
        """How a single mark is written: the marks of a score set are numbers or times."""
        return EvaluationType.TIME_LOW if (self.rules or {}).get("times") else self.evaluation_type


class Category(Model):
    """An age and gender bracket, ages inclusive; an end that is None is open."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("event_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(Text)
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    gender: Mapped[Gender | None] = mapped_column(Enumerated(Gender))

    event: Mapped[Event] = relationship(back_populates="categories")

    @property
    def bracket(self) -> Bracket:
        return Bracket(self.id, self.name, self.age_from, self.age_to, self.gender)


class EventEvaluator(Model):
    """Somebody in an event's pool of evaluators."""

    __tablename__ = "event_evaluators"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)

    user: Mapped[User] = relationship()
    assignment: Mapped[GroupEvaluator | None] = relationship(viewonly=True)


class GroupEvaluator(Model):
    """The one group of an event that an evaluator of its pool scores. A group may have several evaluators."""

    __tablename__ = "group_evaluators"
    __table_args__ = (
        ForeignKeyConstraint(
            ["event_id", "user_id"], ["event_evaluators.event_id", "event_evaluators.user_id"], ondelete="CASCADE"
        ),
    )

    event_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)

    group: Mapped[Group] = relationship()


class TeamLogin(Model):
    """The way in for a group's helpers: a user that they share, and the code that signs it in, kept as its hash.

    Without a hash it is revoked. It opens nothing while the event is archived.
    """

    __tablename__ = "team_logins"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    group: Mapped[Group] = relationship()
    user: Mapped[User] = relationship()


class InvitedEvaluator(Model):
    """Whoever takes this invitation up joins the event's pool, and scores the group if there is one."""

    __tablename__ = "invited_evaluators"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="SET NULL"))


class Import(Model):
    """A file of people on its way in: read and previewed, then applied as a whole by a job, or never."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(FileKey(80))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    job: Mapped[Job | None] = relationship()
