"""Doubts in the words of the one who is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from ..events.models import Activity
from .columns import mark_names
from .values import Value, show
from .warnings import Code, Doubt

Marks = Sequence[Value | None]


@dataclass(frozen=True)
class Question:
    """`instead` is what was probably meant, as it would be typed into the mark at `position`."""

    words: str
    position: int | None
    instead: str


def question_of(
    doubt: Doubt, activity: Activity, marks: Marks, before: Marks, names: Mapping[int, str], decimal_mark: str
) -> Question:
    """`names` has those of twins."""
    mark = marks[doubt.position - 1] if doubt.position else None
    value = _shown(mark, activity, decimal_mark)
    instead = "" if doubt.instead is None else _shown(Value.of(doubt.instead), activity, decimal_mark)
    stood = " · ".join(_shown(one, activity, decimal_mark) for one in before)
    is_more = bool(mark and mark.amount and doubt.instead is not None and abs(mark.amount) > abs(doubt.instead))
    words = _words(doubt, value, instead, names, stood, is_more=is_more)
    if doubt.position and activity.mark_count > 1:
        words = f"{mark_names(activity)[doubt.position - 1]}: {words}"
    return Question(words, doubt.position, instead)


def _words(doubt: Doubt, value: str, instead: str, names: Mapping[int, str], before: str, *, is_more: bool) -> str:
    match doubt.code:
        case Code.SLIP:
            if is_more:
                return _("Ten times the others: %(instead)s rather than %(value)s?", instead=instead, value=value)
            return _("A tenth of the others: %(instead)s rather than %(value)s?", instead=instead, value=value)
        case Code.SWAP:
            return _("Two digits swapped? %(instead)s rather than %(value)s?", instead=instead, value=value)
        case Code.RANGE:
            return _("%(value)s is outside of what is usual here.", value=value)
        case Code.OUTLIER:
            return _("%(value)s is far from the others.", value=value)
        case Code.DUPLICATE:
            name = names.get(doubt.twin or 0, "?")
            return _("%(name)s has exactly the same. Is this the right row?", name=name)
        case Code.OVERWRITE:
            return _("This would replace %(before)s with something quite different.", before=before)


def _shown(value: Value | None, activity: Activity, decimal_mark: str) -> str:
    return show(value, activity.mark_type, decimal_mark=decimal_mark) or "–"
