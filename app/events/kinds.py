"""The closed lists of words an event is described with, as the database and the JSON endpoints hold them."""

from enum import StrEnum


class EvaluationType(StrEnum):
    NUMERIC_HIGH = "NUMERIC_HIGH"
    NUMERIC_LOW = "NUMERIC_LOW"
    TIME_LOW = "TIME_LOW"
    BOOLEAN = "BOOLEAN"
    SCORE_SET = "SCORE_SET"


class Formula(StrEnum):
    """How the marks of a score set become one value."""

    SUM = "SUM"
    BEST = "BEST"
    MEAN = "MEAN"
    MEDIAN = "MEDIAN"


class Missing(StrEnum):
    """What becomes of a mark that is not there: an attempt counts as the worst, a judge's is removed."""

    WORST = "WORST"
    REMOVED = "REMOVED"


class TieBreak(StrEnum):
    """What decides between equal results: nothing, the best single mark, or the next best marks one after another."""

    NONE = "NONE"
    BEST = "BEST_MARK"
    NEXT = "NEXT_MARKS"


class CutBy(StrEnum):
    """What takes somebody to the next round: the first places, a share of all who entered, a result to reach."""

    PLACE = "PLACE"
    PERCENT = "PERCENT"
    VALUE = "VALUE"


class Gender(StrEnum):
    """X is a gender somebody stated; one that nobody stated is None."""

    F = "F"
    M = "M"
    X = "X"


class EventStatus(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class Visibility(StrEnum):
    """Who sees the public pages of an event: its staff, whoever has the link, everyone."""

    PRIVATE = "PRIVATE"
    LINK = "LINK"
    PUBLIC = "PUBLIC"


class Checking(StrEnum):
    """Whether a second person types the values of an activity, blind, before they count as checked."""

    OFF = "OFF"
    OPTIONAL = "OPTIONAL"
    REQUIRED = "REQUIRED"


class ActivityState(StrEnum):
    """Values may be written to an open activity only, and what it shows is provisional; a published one is final."""

    OPEN = "OPEN"
    LOCKED = "LOCKED"
    PUBLISHED = "PUBLISHED"
