from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """What a rule gives diplomas for."""

    ACTIVITY = "activity"
    """The first of an activity, all together."""
    CATEGORY = "category"
    """The first of each gender and age category in an activity."""
    GROUP = "group"
    """The first of each group in an activity, among themselves."""
    OVERALL = "overall"
    """The first over all activities, by the event's ranking."""
    OVERALL_CATEGORY = "overall_category"
    """The first of each gender and age category over all activities."""
    TEAM = "team"
    """The first teams, a diploma each."""
    TEAM_MEMBERS = "team_members"
    """Everybody who counts in one of the first teams."""
    EVERYBODY = "everybody"
    """All who take part, whatever their place."""


IN_ACTIVITIES = frozenset({Basis.ACTIVITY, Basis.CATEGORY, Basis.GROUP})
"""What is won in one activity."""


class Doubt(StrEnum):
    """Why somebody should look at an award again before it is printed."""

    PROVISIONAL = "provisional"
    UNPUBLISHED = "unpublished"
    WITHHELD = "withheld"
    UNCHECKED = "unchecked"
    FLAGGED = "flagged"
    TWICE = "twice"
    SAME_NAME = "same_name"
    NO_RESULT = "no_result"


class DiplomaState(StrEnum):
    PREPARED = "prepared"
    """Its run is under way: nobody holds it yet."""
    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class RunState(StrEnum):
    PENDING = "pending"
    """Asked for, or being printed."""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FileKind(StrEnum):
    PICTURE = "picture"
    BACKGROUND = "background"
    FONT = "font"
