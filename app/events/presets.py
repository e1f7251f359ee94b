"""Common ways to score several marks, to begin a form with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .kinds import Formula, Missing, TieBreak
from .marking import Criterion, Marking

TEN = Decimal(10)


@dataclass(frozen=True)
class Preset:
    name: LazyString
    marking: Marking
    decimal_places: int = 0


PRESETS: dict[str, Preset] = {
    "attempts": Preset(_l("3 attempts, the best counts"), Marking(each=3, tie_break=TieBreak.NEXT), 2),
    "rounds": Preset(_l("Points of 3 rounds, added up"), Marking(each=3, formula=Formula.SUM)),
    "speedcubing": Preset(
        _l("Mean of 5 as in speedcubing"),
        Marking(
            each=5,
            formula=Formula.MEAN,
            higher_is_better=False,
            drop_highest=1,
            drop_lowest=1,
            places=2,
            tie_break=TieBreak.BEST,
            times=True,
        ),
    ),
    "panel": Preset(
        _l("Panel of 5 judges"),
        Marking(
            each=5,
            formula=Formula.MEAN,
            drop_highest=1,
            drop_lowest=1,
            places=2,
            missing=Missing.REMOVED,
            criteria=(Criterion(low=Decimal(0), high=TEN),),
        ),
        2,
    ),
    "criteria": Preset(
        _l("3 judges, weighted criteria"),
        Marking(
            each=3,
            formula=Formula.MEAN,
            places=2,
            missing=Missing.REMOVED,
            criteria=tuple(Criterion("", weight, Decimal(0), TEN) for weight in (Decimal(2), Decimal(1), Decimal(1))),
            joined=Formula.MEAN,
        ),
        2,
    ),
    "powerlifting": Preset(
        _l("Powerlifting: the best of each lift"),
        Marking(each=3, negative_fails=True, criteria=(Criterion(), Criterion(), Criterion())),
    ),
}


def names_of(key: str) -> list[str]:
    """What a preset calls its criteria, in the reader's language."""
    if key == "criteria":
        return [_("Technique"), _("Expression"), _("Difficulty")]
    return [_("Squat"), _("Bench press"), _("Deadlift")] if key == "powerlifting" else []
