"""Who writes values down: somebody with an account, or a judge who came through a private link."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from ..accounts.models import User


@dataclass(frozen=True)
class Judge:
    """Known by the name they typed and the link they came through, and by nothing else."""

    link_id: int
    typed: str
    group_id: int
    activity_id: int | None
    id: None = None
    is_admin: bool = False

    @property
    def name(self) -> str:
        """As history and the log have it."""
        return f"{self.typed} (link {self.link_id})"


Scorer = User | Judge


class Written(Protocol):
    """Something that bears who wrote it."""

    @property
    def by_id(self) -> int | None: ...

    @property
    def by_link_id(self) -> int | None: ...


def key_of(scorer: Scorer) -> str:
    """One and the same for whoever comes back to a device: what waits on it is sent for them alone."""
    if isinstance(scorer, Judge):
        return f"judge-{scorer.link_id}-{hashlib.sha256(scorer.typed.encode()).hexdigest()[:8]}"
    return str(scorer.id)


def link_of(scorer: Scorer) -> int | None:
    return scorer.link_id if isinstance(scorer, Judge) else None


def wrote(scorer: Scorer, what: Written) -> bool:
    """Whether it is theirs. Whoever comes through a link is one person: a name is typed quickly."""
    if isinstance(scorer, Judge):
        return what.by_link_id == scorer.link_id
    return what.by_id == scorer.id
