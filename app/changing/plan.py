"""What a change of the plan consists of: steps, each with what was and what will be. Pure, and all that is done later.

The preview shows these steps, the action carries out these steps, and undoing it carries them out the other way round.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Marks = tuple[str | None, ...]
"""As history keeps them: exact, in plain text."""


class Kind(StrEnum):
    ADD = "add"
    WITHDRAW = "withdraw"
    QUIT = "quit"
    SWAP = "swap"
    MOVE = "move"
    MERGE = "merge"
    SCORING = "scoring"


@dataclass(frozen=True)
class PersonStep:
    """A column of a participant: group_id, position, external_id, merged_into_id; or `withdrawn`, yes or no."""

    participant: int
    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class MarksStep:
    """What is written for somebody in an activity; `checked` is who had checked the old marks: the id of an account, or
    the name of a judge, who has none. Taken back, it is `checked_again` by them.
    """

    participant: int
    activity: int
    old: Marks
    new: Marks
    checked: int | str | None = None
    checked_again: int | str | None = None


@dataclass(frozen=True)
class ActivityStep:
    """A column that says how an activity is scored."""

    activity: int
    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class AddStep:
    """Somebody who is new, by the columns of their row; `participant` is their id once they are there."""

    values: dict[str, Any]
    participant: int | None = None


Step = PersonStep | MarksStep | ActivityStep | AddStep
STEPS: dict[str, type[Step]] = {"person": PersonStep, "marks": MarksStep, "activity": ActivityStep, "add": AddStep}


@dataclass(frozen=True)
class Plan:
    """`subject` is who or what it is about, in words."""

    kind: Kind
    subject: str
    steps: tuple[Step, ...]

    @property
    def fingerprint(self) -> str:
        """Two plans with the same one do the same."""
        text = json.dumps([self.kind, as_json(self.steps)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def as_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    names = {kind: name for name, kind in STEPS.items()}
    return [{"what": names[type(step)], **json.loads(json.dumps(vars(step)))} for step in steps]


def from_json(steps: Iterable[dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(_step(dict(step)) for step in steps)


def _step(said: dict[str, Any]) -> Step:
    kind = STEPS[said.pop("what")]
    if kind is MarksStep:
        said["old"], said["new"] = tuple(said["old"]), tuple(said["new"])
    return kind(**said)


def backwards(steps: Iterable[Step]) -> tuple[Step, ...]:
    """What takes these steps back; one that added somebody has no other way round, and is left out."""
    turned = [_turned(step) for step in steps if not isinstance(step, AddStep)]
    return tuple(reversed(turned))


def _turned(step: PersonStep | MarksStep | ActivityStep) -> Step:
    if isinstance(step, MarksStep):
        return MarksStep(step.participant, step.activity, step.new, step.old, checked_again=step.checked)
    return replace(step, old=step.new, new=step.old)
