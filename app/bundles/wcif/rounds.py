"""A round of a speedcubing competition as an activity, both ways. Pure.

The World Cube Association's Competition Interchange Format keeps times in hundredths of a second, -1 for a DNF, -2 for
a DNS and 0 for an attempt that was not made. What it says of a round beyond its format stands in the activity's
description, in words that a judge can read and that are read again:

    333-r1, time limit 10:00, 2 attempts for a cutoff of 1:30, 75 percent go on, 1 scramble set
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...events.kinds import Formula, TieBreak
from ...events.marking import Marking
from ...scoring.values import Status, Value

EVENTS = {
    "333": "3x3x3 Cube",
    "222": "2x2x2 Cube",
    "444": "4x4x4 Cube",
    "555": "5x5x5 Cube",
    "666": "6x6x6 Cube",
    "777": "7x7x7 Cube",
    "333bf": "3x3x3 Blindfolded",
    "333fm": "3x3x3 Fewest Moves",
    "333oh": "3x3x3 One-Handed",
    "333ft": "3x3x3 With Feet",
    "clock": "Clock",
    "minx": "Megaminx",
    "pyram": "Pyraminx",
    "skewb": "Skewb",
    "sq1": "Square-1",
    "444bf": "4x4x4 Blindfolded",
    "555bf": "5x5x5 Blindfolded",
    "333mbf": "3x3x3 Multi-Blind",
}
COUNTED = {"333fm", "333mbf"}
"""Events whose results are no times: moves, and a number that holds points, time and misses and sorts by itself."""
ATTEMPTS = {"1": 1, "2": 2, "3": 3, "5": 5, "m": 3, "a": 5}
DNF, DNS = -1, -2

_ID = re.compile(r"(?P<event>[0-9a-z]+)-r(?P<number>[0-9]+)")
_LIMIT = re.compile(r"time limit (?P<time>[0-9:.]+)(?: over (?P<rounds>[0-9a-z\- ]+))?")
_CUTOFF = re.compile(r"(?P<attempts>[0-9]+) attempts? for a cutoff of (?P<result>[0-9:.]+)")
_ADVANCE = re.compile(r"(?P<level>[0-9]+) (?P<type>percent|places) go on|better than (?P<result>[0-9]+) go on")
_SCRAMBLES = re.compile(r"(?P<count>[0-9]+) scramble sets?")


def marking_of(event_id: str, format_: str) -> Marking:
    """Raises KeyError for a format that there is not."""
    averaged, counted = format_ in {"a", "m"}, event_id in COUNTED
    dropped = int(format_ == "a")
    return Marking(
        each=ATTEMPTS[format_],
        formula=Formula.MEAN if averaged else Formula.BEST,
        higher_is_better=False,
        drop_highest=dropped,
        drop_lowest=dropped,
        places=2 if averaged else None,
        tie_break=TieBreak.BEST if averaged else TieBreak.NONE,
        times=not counted,
    )


def format_of(marking: Marking) -> str:
    if marking.formula is not Formula.MEAN:
        return str(marking.each)
    return "a" if marking.drop_highest else "m"


def name_of(round_id: str) -> str:
    event_id, _dash, number = round_id.partition("-r")
    return f"{EVENTS.get(event_id, event_id)}, Round {number}"


def value_of(event_id: str, result: int) -> Value | None:
    if result in {DNF, DNS}:
        return Value.without(Status.DNF if result == DNF else Status.DNS)
    if result == 0:
        return None
    return Value.of(Decimal(result) if event_id in COUNTED else Decimal(result) / 100)


def result_of(event_id: str, value: Value | None) -> int:
    if value is None:
        return 0
    if value.amount is None:
        return DNS if value.status is Status.DNS else DNF
    return int(value.amount if event_id in COUNTED else value.amount * 100)


def average_of(value: Value | None) -> int:
    """Of a count too, an average is kept in hundredths."""
    return result_of("", value)


def best_of(results: Sequence[int]) -> int:
    made = [one for one in results if one > 0]
    return min(made) if made else DNF if DNF in results else DNS if DNS in results else 0


def ranked(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """In their order, each with its `ranking`: by average where there is one, then by the best attempt."""

    def merit(one: Mapping[str, Any]) -> tuple[bool, int, bool, int]:
        average, best = one["average"], one["best"]
        return average <= 0, max(average, 0), best <= 0, max(best, 0)

    order = sorted(results, key=lambda one: (merit(one), one["personId"]))
    for place, one in enumerate(order, start=1):
        same = place > 1 and merit(one) == merit(order[place - 2])
        one["ranking"] = order[place - 2]["ranking"] if same else place
    return order


# What else there is to say of a round -----------------------------------------------------------------------------


def described(round_: Mapping[str, Any]) -> str:
    return ", ".join(_parts(round_))


def _parts(round_: Mapping[str, Any]) -> Iterable[str]:
    yield str(round_["id"])
    if limit := round_.get("timeLimit"):
        over = " ".join(limit["cumulativeRoundIds"])
        yield f"time limit {_clock(limit['centiseconds'])}{' over ' + over if over else ''}"
    if cutoff := round_.get("cutoff"):
        count = cutoff["numberOfAttempts"]
        yield f"{count} attempt{'' if count == 1 else 's'} for a cutoff of {_clock(cutoff['attemptResult'])}"
    if advancing := round_.get("advancementCondition"):
        kind, level = advancing["type"], advancing["level"]
        unit = {"percent": "percent", "ranking": "places"}.get(kind)
        yield f"{level} {unit} go on" if unit else f"better than {level} go on"
    if sets := round_.get("scrambleSetCount"):
        yield f"{sets} scramble set{'' if sets == 1 else 's'}"


def read_description(text: str) -> dict[str, Any] | None:
    """What `described` wrote; None where there is no round in it."""
    named = _ID.match(text)
    if named is None:
        return None
    limit, cutoff, advance, sets = (one.search(text) for one in (_LIMIT, _CUTOFF, _ADVANCE, _SCRAMBLES))
    return {
        "id": named[0],
        "timeLimit": limit
        and {"centiseconds": _hundredths(limit["time"]), "cumulativeRoundIds": (limit["rounds"] or "").split()},
        "cutoff": cutoff
        and {"numberOfAttempts": int(cutoff["attempts"]), "attemptResult": _hundredths(cutoff["result"])},
        "advancementCondition": advance and _advancing(advance),
        "scrambleSetCount": int(sets["count"]) if sets else 1,
    }


def _advancing(found: re.Match[str]) -> dict[str, Any]:
    if found["result"]:
        return {"type": "attemptResult", "level": int(found["result"])}
    return {"type": "percent" if found["type"] == "percent" else "ranking", "level": int(found["level"])}


def _clock(hundredths: int) -> str:
    minutes, rest = divmod(int(hundredths), 6000)
    return f"{minutes}:{rest // 100:02}" + (f".{rest % 100:02}" if rest % 100 else "")


def _hundredths(clock: str) -> int:
    minutes, _colon, seconds = clock.rpartition(":")
    return int(minutes or 0) * 6000 + int(Decimal(seconds or 0) * 100)
