"""Every feature's tables, imported in one place so that migrations see them all."""

from .accounts.identities.models import Identity, UsedState
from .accounts.invitations.models import Acceptance, Invitation
from .accounts.models import AvatarFile, LoginSession, PersonalToken, RecoveryCode, RefreshToken, SecondStep, User
from .accounts.recovery.models import EmailChange, PasswordReset
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
    InvitedEvaluator,
    Participant,
    TeamLogin,
)
from .jobs.models import Job
from .mail.models import Mail
from .scoring.models import Mark, Record, RecordChange

__all__ = [
    "Acceptance",
    "Activity",
    "AuditEntry",
    "AvatarFile",
    "Category",
    "EmailChange",
    "Event",
    "EventEvaluator",
    "Group",
    "GroupEvaluator",
    "IdempotentAnswer",
    "Identity",
    "Import",
    "Installation",
    "Invitation",
    "InvitedEvaluator",
    "Job",
    "LoginSession",
    "Mail",
    "Mark",
    "Participant",
    "PasswordReset",
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
