"""Every feature's tables, imported in one place so that migrations see them all."""

from .accounts.identities.models import Identity, UsedState
from .accounts.models import AvatarFile, LoginSession, PersonalToken, RecoveryCode, RefreshToken, SecondStep, User
from .api.models import IdempotentAnswer
from .audit.models import AuditEntry, Installation
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
from .scoring.models import Mark, Record, RecordChange

__all__ = [
    "Activity",
    "AuditEntry",
    "AvatarFile",
    "Category",
    "Event",
    "EventEvaluator",
    "Group",
    "GroupEvaluator",
    "IdempotentAnswer",
    "Identity",
    "Import",
    "Installation",
    "Job",
    "LoginSession",
    "Mail",
    "Mark",
    "Participant",
    "PersonalToken",
    "Record",
    "RecordChange",
    "RecoveryCode",
    "RefreshToken",
    "SecondStep",
    "TeamLogin",
    "UsedState",
    "User",
]
