"""A lobby's games, as osu! tells of them or as somebody typed them, and what of them counts. Pure calculation.

What is wrong with a score is said, and an organiser decides; only a score of nobody, on no map of the pool, or of a
game that was broken off can never be taken.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

MOST_GAMES = 200
LEAST_SCORE = 1000
"""A referee who looks on has less."""
LINK = re.compile(r"(?:https?://osu\.ppy\.sh/(?:community/matches|mp)/)?(\d{1,12})/?")
MODES = ("osu", "taiko", "fruits", "mania")
FREE = {"EZ", "HD", "HR", "FL"}
FORBIDDEN = {"SD", "PF", "RX", "AP"}
ALWAYS = {"NF", "SV2", "SCOREV2"}
"""What tournaments put on everything."""
SAME = {"NC": "DT"}
BY_SLOT = {
    "NM": frozenset[str](),
    "HD": frozenset({"HD"}),
    "HR": frozenset({"HR"}),
    "DT": frozenset({"DT"}),
    "HT": frozenset({"HT"}),
    "EZ": frozenset({"EZ"}),
    "FL": frozenset({"FL"}),
    "HDHR": frozenset({"HD", "HR"}),
}
"""What a slot's letters ask for. FM and TB leave it to the players; of others nothing is known."""
MULTIPLIERS = {"EZ": 0.5, "HT": 0.3, "HD": 1.06, "HR": 1.1, "DT": 1.2, "FL": 1.12}
"""Of ScoreV2, as tournaments play it."""


class BadMatch(ValueError):
    """It cannot be read; the words say why."""


class Reason(StrEnum):
    ABORTED = "aborted"
    NOT_POOLED = "not_pooled"
    ROSTER = "roster"
    WRONG_MODE = "wrong_mode"
    WRONG_MODS = "wrong_mods"
    FORBIDDEN_MODS = "forbidden_mods"
    TOO_FEW = "too_few"
    REFEREE = "referee"
    LOW = "low"
    NAME_ONLY = "name_only"
    WORSE = "worse"
    STANDS = "stands"

    @property
    def is_final(self) -> bool:
        return self in {Reason.ABORTED, Reason.NOT_POOLED, Reason.ROSTER}


@dataclass(frozen=True)
class Line:
    """One player's score in a game. `team` is `red`, `blue` or nothing."""

    user_id: int | None
    name: str
    score: int
    mods: tuple[str, ...]
    team: str = ""


@dataclass(frozen=True)
class Game:
    """`slot` is set where a file names the slot and not the map."""

    id: int
    beatmap_id: int | None
    title: str
    mode: str
    mods: tuple[str, ...]
    ended: bool
    lines: tuple[Line, ...]
    slot: str = ""

    def total(self, team: str) -> int:
        return sum(line.score for line in self.lines if line.team == team)

    @property
    def teams(self) -> list[tuple[str, int]]:
        """Each with its sum, the winner first."""
        names = {line.team for line in self.lines if line.team}
        return sorted(((name, self.total(name)) for name in names), key=lambda each: (-each[1], each[0]))


@dataclass(frozen=True)
class Match:
    id: int | None
    name: str
    games: tuple[Game, ...]


@dataclass(frozen=True)
class Slot:
    """A map of the pool: `NM1`, its beatmap, and which activity its scores are of."""

    name: str
    beatmap_id: int | None
    activity_id: int

    @property
    def letters(self) -> str:
        return self.name.rstrip("0123456789").upper()

    @property
    def multiplier(self) -> float:
        """What the mods that everybody must play with make of a score."""
        found = 1.0
        for mod in BY_SLOT.get(self.letters, ()):
            found *= MULTIPLIERS.get(mod, 1.0)
        return found


@dataclass(frozen=True)
class Roster:
    """Who takes part, by osu! id and by name without case; both lead to participants."""

    ids: Mapping[int, int]
    names: Mapping[str, int]


@dataclass(frozen=True)
class Rules:
    mode: str = "osu"
    least_players: int = 1


@dataclass(frozen=True)
class Checked:
    """A score with what is to be said of it. It may be taken unless a reason is final."""

    key: str
    game: Game
    line: Line | None
    slot: Slot | None
    participant_id: int | None
    reasons: tuple[Reason, ...]

    @property
    def can_be_taken(self) -> bool:
        return self.line is not None and not any(reason.is_final for reason in self.reasons)

    @property
    def is_fine(self) -> bool:
        return self.can_be_taken and not self.reasons


def check(match: Match, pool: Collection[Slot], roster: Roster, rules: Rules) -> list[Checked]:
    """A row for each score, and one for each game without any. Of two fine scores of somebody on a map, the worse one
    says so."""
    by_map = {slot.beatmap_id: slot for slot in pool if slot.beatmap_id}
    by_name = {slot.name.upper(): slot for slot in pool}
    rows: list[Checked] = []
    for game in match.games:
        slot = by_name.get(game.slot.upper()) if game.slot else by_map.get(game.beatmap_id or 0)
        about_game = _about_game(game, slot, roster, rules)
        if not game.lines:
            rows.append(Checked(f"{game.id}", game, None, slot, None, about_game or (Reason.ABORTED,)))
        rows += [_row(game, line, slot, roster, about_game) for line in game.lines]
    return _with_worse_ones(rows)


def _about_game(game: Game, slot: Slot | None, roster: Roster, rules: Rules) -> tuple[Reason, ...]:
    players = sum(_participant(line, roster)[0] is not None for line in game.lines)
    found = [
        (Reason.ABORTED, not game.ended or not game.lines),
        (Reason.NOT_POOLED, slot is None),
        (Reason.WRONG_MODE, game.mode != rules.mode),
        (Reason.TOO_FEW, 0 < players < rules.least_players),
    ]
    return tuple(reason for reason, holds in found if holds)


def _row(game: Game, line: Line, slot: Slot | None, roster: Roster, about_game: tuple[Reason, ...]) -> Checked:
    participant_id, by_id = _participant(line, roster)
    mods = played(game, line)
    found = [
        (Reason.REFEREE, participant_id is None and line.score < LEAST_SCORE),
        (Reason.ROSTER, participant_id is None),
        (Reason.NAME_ONLY, participant_id is not None and not by_id),
        (Reason.LOW, participant_id is not None and line.score < LEAST_SCORE),
        (Reason.FORBIDDEN_MODS, bool(mods & FORBIDDEN)),
        (Reason.WRONG_MODS, slot is not None and not fits(slot, mods - FORBIDDEN)),
    ]
    reasons = (*about_game, *(reason for reason, holds in found if holds))
    return Checked(f"{game.id}-{line.user_id or line.name}", game, line, slot, participant_id, reasons)


def _participant(line: Line, roster: Roster) -> tuple[int | None, bool]:
    """Who it is, and whether that is known by more than the name."""
    if line.user_id is not None and line.user_id in roster.ids:
        return roster.ids[line.user_id], True
    return roster.names.get(line.name.casefold()), False


def played(game: Game, line: Line) -> frozenset[str]:
    """With which mods, leaving out what is on everything."""
    return frozenset(SAME.get(mod, mod) for mod in (*game.mods, *line.mods)) - ALWAYS


def fits(slot: Slot, mods: frozenset[str]) -> bool:
    letters = slot.letters
    if letters in BY_SLOT:
        return mods == BY_SLOT[letters]
    return mods <= FREE if letters in {"FM", "TB"} else True


def _with_worse_ones(rows: Sequence[Checked]) -> list[Checked]:
    best: dict[tuple[str, int], Checked] = {}
    for row in rows:
        if row.can_be_taken and row.slot is not None and row.participant_id is not None and row.line is not None:
            key = row.slot.name, row.participant_id
            known = best.get(key)
            if known is None or known.line is None or row.line.score > known.line.score:
                best[key] = row
    return [
        row
        if not row.can_be_taken
        or row.slot is None
        or row.participant_id is None
        or best[row.slot.name, row.participant_id] is row
        else Checked(row.key, row.game, row.line, row.slot, row.participant_id, (*row.reasons, Reason.WORSE))
        for row in rows
    ]


def beside(rows: Sequence[Checked], stands: Mapping[tuple[int, int], Decimal]) -> list[Checked]:
    """With a word on each that is lower than what stands already, by activity and participant."""
    found = []
    for row in rows:
        key = (row.slot.activity_id, row.participant_id) if row.slot and row.participant_id else None
        is_lower = row.can_be_taken and key is not None and row.line is not None and stands.get(key, 0) > row.line.score
        reasons = (*row.reasons, Reason.STANDS) if is_lower else row.reasons
        found.append(Checked(row.key, row.game, row.line, row.slot, row.participant_id, reasons))
    return found


# Reading ------------------------------------------------------------------------------------------------------------


def match_id_in(text: str) -> int | None:
    """Of a link to a match, or of its bare number."""
    found = LINK.fullmatch(text.strip())
    return int(found[1]) if found else None


def of_json(data: bytes) -> Match:
    """What osu! answers at `matches/<id>`. Raises BadMatch."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise BadMatch("This is not JSON.") from None
    if not isinstance(told, dict) or not isinstance(told.get("events"), list):
        raise BadMatch("This is not a match as osu! tells of it: there are no events.")
    return of_osu(told)


def of_osu(told: Mapping[str, Any]) -> Match:
    """Raises BadMatch."""
    try:
        names = {int(user["id"]): str(user["username"])[:60] for user in told.get("users", [])}
        games = [_game(event["game"], names) for event in told["events"] if event.get("game")]
        head = told.get("match") or {}
        number = int(head["id"]) if head.get("id") else None
        name = str(head.get("name", ""))[:200]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadMatch("This is not a match as osu! tells of it.") from None
    if len(games) > MOST_GAMES:
        raise BadMatch(f"A match has at most {MOST_GAMES} games.")
    return Match(number, name, tuple(games))


def _game(told: Mapping[str, Any], names: Mapping[int, str]) -> Game:
    beatmap = told.get("beatmap") or {}
    its_set = beatmap.get("beatmapset") or {}
    title = (
        f"{its_set.get('artist', '')} - {its_set.get('title', '')} [{beatmap.get('version', '')}]" if its_set else ""
    )
    lines = tuple(
        Line(
            user_id=int(score["user_id"]),
            name=names.get(int(score["user_id"]), str(score["user_id"])),
            score=int(score["score"]),
            mods=_mods(score.get("mods")),
            team=str((score.get("match") or {}).get("team") or "").replace("none", ""),
        )
        for score in told.get("scores", [])
    )
    return Game(
        id=int(told["id"]),
        beatmap_id=int(told["beatmap_id"]) if told.get("beatmap_id") else None,
        title=title[:300],
        mode=str(told.get("mode", "osu")),
        mods=_mods(told.get("mods")),
        ended=bool(told.get("end_time")),
        lines=lines,
    )


def _mods(given: Any) -> tuple[str, ...]:
    """In both shapes that osu! has for them."""
    named = (mod.get("acronym", "") if isinstance(mod, dict) else mod for mod in given or ())
    return tuple(str(mod).upper()[:8] for mod in named)


def of_csv(data: bytes, mode: str = "osu") -> Match:
    """Columns `map` (a slot or a beatmap's id), `player` (a name or an id), `score`, and `mods` if one wants. For a
    lobby that osu! does not tell of. Raises BadMatch.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadMatch("This is not text in UTF-8.") from None
    first = text.partition("\n")[0]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count)))
    if not rows or not {"map", "player", "score"} <= {str(name).strip().casefold() for name in rows[0]}:
        raise BadMatch("The first row must name the columns map, player and score.")
    games: dict[str, list[Line]] = {}
    for number, row in enumerate(rows, start=2):
        cells = {str(name).strip().casefold(): str(cell or "").strip() for name, cell in row.items() if name}
        score = cells["score"].replace(" ", "").replace("\u00a0", "").replace(",", "").replace(".", "")
        if not score.isdecimal():
            raise BadMatch(f"Row {number}: {cells['score']!r} is not a score.")
        who = cells["player"]
        line = Line(
            int(who) if who.isdecimal() else None,
            who[:60],
            int(score),
            tuple(re.findall(r"[A-Z0-9]{2}", cells.get("mods", "").upper())),
        )
        games.setdefault(cells["map"], []).append(line)
    if len(games) > MOST_GAMES:
        raise BadMatch(f"A match has at most {MOST_GAMES} games.")
    made = tuple(
        Game(
            id=number,
            beatmap_id=int(name) if name.isdecimal() else None,
            title=name[:300],
            mode=mode,
            mods=(),
            ended=True,
            lines=tuple(lines),
            slot="" if name.isdecimal() else name,
        )
        for number, (name, lines) in enumerate(games.items(), start=1)
    )
    return Match(None, "CSV", made)


def as_json(match: Match) -> dict[str, Any]:
    return asdict(match)


def from_json(told: Mapping[str, Any]) -> Match:
    """What `as_json` wrote."""
    games = tuple(
        Game(
            **{
                **game,
                "mods": tuple(game["mods"]),
                "lines": tuple(Line(**{**line, "mods": tuple(line["mods"])}) for line in game["lines"]),
            }
        )
        for game in told["games"]
    )
    return Match(told["id"], told["name"], games)
