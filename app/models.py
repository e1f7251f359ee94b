"""Every feature's tables, imported in one place so that migrations see them all."""

from .accounts.identities.models import Identity, UsedState
from .accounts.invitations.models import Acceptance, Invitation
from .accounts.models import (
    AvatarFile,
    FormerUsername,
    LoginSession,
    PersonalToken,
    RecoveryCode,
    RefreshToken,
    SecondStep,
    User,
)
from .accounts.recovery.models import EmailChange, PasswordReset
from .api.models import IdempotentAnswer
from .audit.models import AuditEntry, Installation
from .bundles.models import BundleImport
from .changing.models import PlanChange
from .diplomas.models import AwardRule, Diploma, DiplomaFile, DiplomaLayout, DiplomaTemplate, PrintRun
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
from .leaderboards.following.models import Follow
from .leaderboards.screens.models import Scene, Screen, SponsorImage
from .mail.models import Mail
from .osu.models import Beatmap, BeatmapFile, LostPlay, LostReplay, MissingBeatmap, Submission
from .paper.models import PaperEvidence, PaperScan, PaperSheet
from .profiles.models import InvitedPlayer, Tie
from .scoring.checking.models import SecondEntry
from .scoring.flags.models import Flag
from .scoring.judges.models import JudgeLink
from .scoring.models import Mark, Record, RecordChange
from .tournaments.models import MatchImport, PooledMap, Tournament
from .webhooks.models import Delivery, Webhook

__all__ = [
    "Acceptance",
    "Activity",
    "AuditEntry",
    "AvatarFile",
    "AwardRule",
    "Beatmap",
    "BeatmapFile",
    "BundleImport",
    "Category",
    "Delivery",
    "Diploma",
    "DiplomaFile",
    "DiplomaLayout",
    "DiplomaTemplate",
    "EmailChange",
    "Event",
    "EventEvaluator",
    "Flag",
    "Follow",
    "FormerUsername",
    "Group",
    "GroupEvaluator",
    "IdempotentAnswer",
    "Identity",
    "Import",
    "Installation",
    "Invitation",
    "InvitedEvaluator",
    "InvitedPlayer",
    "Job",
    "JudgeLink",
    "LoginSession",
    "LostPlay",
    "LostReplay",
    "Mail",
    "Mark",
    "MatchImport",
    "MissingBeatmap",
    "PaperEvidence",
    "PaperScan",
    "PaperSheet",
    "Participant",
    "PasswordReset",
    "PersonalToken",
    "PlanChange",
    "PooledMap",
    "PrintRun",
    "Record",
    "RecordChange",
    "RecoveryCode",
    "RefreshToken",
    "Scene",
    "Screen",
    "SecondEntry",
    "SecondStep",
    "SponsorImage",
    "Submission",
    "TeamLogin",
    "Tie",
    "Tournament",
    "UsedState",
    "User",
    "Webhook",
]
