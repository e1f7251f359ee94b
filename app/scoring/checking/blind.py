"""What is kept from whom until it is checked, and what the public sees. Every answer that holds values asks here."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ...events.kinds import Checking
from ...events.models import Activity
from ..scorers import Scorer, wrote

if TYPE_CHECKING:
    from ..queries import Standing


class Audience(StrEnum):
    """For whom standings are worked out: those who run the event, its evaluators, and everybody else."""

    ADMINS = "admins"
    EVALUATORS = "evaluators"
    PUBLIC = "public"


def is_shown(activity: Activity, checked: bool, audience: Audience) -> bool:
    """Whether standings may hold a value. Evaluators may have to type it again, so they see less than the public."""
    if checked or activity.checking is Checking.OFF or audience is Audience.ADMINS:
        return True
    return audience is Audience.PUBLIC and activity.checking is Checking.OPTIONAL


def is_hidden(activity: Activity, standing: Standing, reader: Scorer) -> bool:
    """Whether a sheet keeps a value from this reader: a colleague's, which they may be the one to check."""
    if activity.checking is Checking.OFF or not any(standing.marks) or standing.is_checked:
        return False
    return not reader.is_admin and not wrote(reader, standing)


def masked(standing: Standing) -> Standing:
    """That somebody has written something, and not what."""
    return replace(standing, marks=(None,) * len(standing.marks), value=None)
