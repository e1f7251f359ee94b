"""How far an import has come, as its row and its job's row tell."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from redis import RedisError

from ...database import now
from ...extensions import redis
from ...jobs.models import Job, JobState
from ..models import Import

PATIENCE = timedelta(seconds=5)


class Stage(StrEnum):
    PREVIEW = "preview"
    UNDER_WAY = "under_way"
    DONE = "done"
    UNDONE = "undone"


class Problem(StrEnum):
    """Why the job wrote nothing."""

    STALE = "stale"
    ARCHIVED = "archived"
    UNREADABLE = "unreadable"
    FAILED = "failed"


WORDS = {
    Problem.STALE: _("Something in the event or in this import changed after you looked, so nothing was written."),
    Problem.ARCHIVED: _("The event was archived in the meantime, so nothing was written."),
    Problem.UNREADABLE: _("The file could not be read any more, so nothing was written. Choose it again."),
    Problem.FAILED: _("The import broke off, and nothing was written. Please try again."),
}


def stage(import_: Import) -> Stage:
    if import_.applied_at:
        return Stage.UNDONE if import_.result and "undone" in import_.result else Stage.DONE
    return Stage.UNDER_WAY if import_.job and not import_.job.is_finished else Stage.PREVIEW


def problem(import_: Import) -> LazyString | None:
    """What went wrong when it was last to be applied."""
    if import_.result and "problem" in import_.result:
        return WORDS[Problem(import_.result["problem"])]
    return WORDS[Problem.FAILED] if import_.job and import_.job.state is JobState.FAILED else None


def is_held_up(job: Job) -> bool:
    """No worker has taken it, though one that runs would have by now."""
    return job.state is JobState.PENDING and job.attempts == 0 and now() - job.created_at > PATIENCE


def tell(import_id: int, hundredths: int) -> None:
    """Beside the database, where nothing of it is to be seen before all of it is there."""
    with suppress(RedisError):
        redis.of(current_app).set(f"import:{import_id}", hundredths, ex=300)


def told(import_id: int) -> int | None:
    """How far it has come, in hundredths, if that is known."""
    try:
        kept: Any = redis.of(current_app).get(f"import:{import_id}")
    except RedisError:
        return None
    return int(kept) if kept else None
