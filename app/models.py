"""Every feature's tables, imported in one place so that migrations see them all."""

from .accounts.identities.models import Identity, UsedState
from .accounts.models import AvatarFile, LoginSession, PersonalToken, RecoveryCode, RefreshToken, SecondStep, User
from .api.models import IdempotentAnswer
from .audit.models import AuditEntry, Installation
from .changing.models import PlanChange
from .events.models import (
    Activity,
    Category,
    Event,
    EventEvaluator,
    Group,
    GroupEvaluator,
    Import,
    Participant,
    TeamLogin,
)
from .jobs.models import Job
from .mail.models import Mail
from .scoring.checking.models import SecondEntry
from .scoring.flags.models import Flag
from .scoring.judges.models import JudgeLink
from .scoring.models import Mark, Record, RecordChange

__all__ = [
    "Activity",
    "AuditEntry",
    "AvatarFile",
    "Category",
    "Event",
    "EventEvaluator",
    "Flag",
    "Group",
    "GroupEvaluator",
    "IdempotentAnswer",
    "Identity",
    "Import",
    "Installation",
    "Job",
    "JudgeLink",
    "LoginSession",
    "Mail",
    "Mark",
    "Participant",
    "PersonalToken",
    "PlanChange",
    "Record",
    "RecordChange",
    "RecoveryCode",
    "RefreshToken",
    "SecondEntry",
    "SecondStep",
    "TeamLogin",
    "UsedState",
    "User",
]
