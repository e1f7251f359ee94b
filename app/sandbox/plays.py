"""The sandbox's maps, scores and one match, shaped as osu!'s API shapes them. Made up, and the same at every start."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from . import people
from .people import Player

SETS = 70
DIFFICULTIES = ("Normal", "Hard", "Insane")
FIRST_SET, FIRST_MAP, FIRST_SCORE = 900_001, 2_900_001, 4_100_000_001
MATCH = 108_000_001
NEW_SHAPE = 20220705
"""From this version of the API on, a score has osu!(lazer)'s shape."""

WORDS = [
    "Amber",
    "Birch",
    "Cinder",
    "Drift",
    "Ember",
    "Fable",
    "Glade",
    "Harbor",
    "Iris",
    "Juniper",
    "Kestrel",
    "Lantern",
    "Meadow",
    "Nimbus",
    "Opal",
]
MODS: tuple[tuple[str, ...], ...] = ((), ("HD",), ("DT",), ("HR",), ("HD", "DT"))
START = datetime(2024, 3, 1, 18, 0, tzinfo=UTC)


def set_of(beatmap_id: int) -> int:
    return FIRST_SET + (beatmap_id - FIRST_MAP) // len(DIFFICULTIES)


def beatmap_ids() -> range:
    return range(FIRST_MAP, FIRST_MAP + SETS * len(DIFFICULTIES))


def checksum(beatmap_id: int) -> str:
    return hashlib.md5(f"sandbox map {beatmap_id}".encode(), usedforsecurity=False).hexdigest()


def moment(seconds: float, zone: str = "Z") -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S") + zone


# Maps ------------------------------------------------------------------------------------------------------------


def small_beatmap(beatmap_id: int) -> dict[str, Any]:
    level = (beatmap_id - FIRST_MAP) % len(DIFFICULTIES)
    return {
        "beatmapset_id": set_of(beatmap_id),
        "difficulty_rating": round(2.1 + 1.3 * level + beatmap_id % 17 / 20, 5),
        "id": beatmap_id,
        "lazer_only": False,
        "mode": "osu",
        "status": "ranked",
        "total_length": 90 + beatmap_id % 120,
        "user_id": 7002,
        "version": DIFFICULTIES[level],
    }


def beatmap(beatmap_id: int, url: str) -> dict[str, Any]:
    """With all of its own figures, as beside a score."""
    length = 85 + beatmap_id % 120
    return {
        **small_beatmap(beatmap_id),
        "accuracy": 7.5,
        "ar": 8.8,
        "bpm": 120 + beatmap_id % 90,
        "convert": False,
        "count_circles": 2 * length,
        "count_sliders": length,
        "count_spinners": beatmap_id % 3,
        "cs": 4,
        "deleted_at": None,
        "drain": 5.5,
        "hit_length": length,
        "is_scoreable": True,
        "last_updated": moment(-90 * 86_400),
        "mode_int": 0,
        "passcount": 1_200,
        "playcount": 9_800,
        "ranked": 1,
        "url": f"{url}/beatmaps/{beatmap_id}",
        "checksum": checksum(beatmap_id),
    }


def whole_beatmap(beatmap_id: int, url: str) -> dict[str, Any]:
    """With its set, as where maps are asked for."""
    chances = [(second * 7 + beatmap_id) % 13 for second in range(100)]
    return {
        **beatmap(beatmap_id, url),
        "beatmapset": whole_beatmapset(set_of(beatmap_id), url),
        "current_user_playcount": 0,
        "failtimes": {"fail": chances, "exit": chances[::-1]},
        "max_combo": most_combo(beatmap_id),
        "owners": [{"id": 7002, "username": "[ Bramble ]"}],
    }


def most_combo(beatmap_id: int) -> int:
    return 5 * (85 + beatmap_id % 120)


def beatmapset(set_id: int, url: str) -> dict[str, Any]:
    title = f"{WORDS[set_id % 15]} {WORDS[set_id // 15 % 15]}"
    covers = {
        f"{kind}{size}": f"{url}/covers/{set_id}.png?{kind}{size}"
        for kind in ("cover", "card", "list", "slimcover")
        for size in ("", "@2x")
    }
    return {
        "anime_cover": False,
        "artist": f"The {WORDS[(set_id + 7) % 15]}s",
        "artist_unicode": f"The {WORDS[(set_id + 7) % 15]}s",
        "covers": covers,
        "creator": "[ Bramble ]",
        "favourite_count": 40,
        "genre_id": 10,
        "hype": None,
        "id": set_id,
        "language_id": 2,
        "nsfw": False,
        "offset": 0,
        "play_count": 29_400,
        "preview_url": f"{url}/preview/{set_id}.mp3",
        "source": "",
        "spotlight": False,
        "status": "ranked",
        "title": title,
        "title_unicode": title,
        "track_id": None,
        "user_id": 7002,
        "video": False,
    }


def whole_beatmapset(set_id: int, url: str) -> dict[str, Any]:
    return {
        **beatmapset(set_id, url),
        "bpm": 150,
        "can_be_hyped": False,
        "deleted_at": None,
        "discussion_enabled": True,
        "discussion_locked": False,
        "is_scoreable": True,
        "last_updated": moment(-90 * 86_400),
        "legacy_thread_url": None,
        "nominations_summary": {
            "current": 2,
            "eligible_main_rulesets": ["osu"],
            "required_meta": {"main_ruleset": 2, "non_main_ruleset": 1},
        },
        "ranked": 1,
        "ranked_date": moment(-80 * 86_400),
        "rating": 9.1,
        "storyboard": False,
        "submitted_date": moment(-120 * 86_400),
        "tags": "made up sandbox",
        "availability": {"download_disabled": False, "more_information": None},
        "ratings": [0, 1, 0, 0, 0, 1, 1, 2, 4, 9, 60],
    }


# Scores ----------------------------------------------------------------------------------------------------------


def best_scores(player: Player, url: str, version: int) -> list[dict[str, Any]]:
    """From the most pp on, each weighing 95 % of the one before."""
    return [best_score(player, place, url, version) for place in range(player.scores)]


def best_score(player: Player, place: int, url: str, version: int) -> dict[str, Any]:
    beatmap_id = beatmap_ids()[(place * 11 + player.id) % len(beatmap_ids())]
    pp = round(player.pp / 19 * 0.985**place, 3)
    hundreds, misses = place % 19, place % 4
    mods = MODS[place % len(MODS)]
    score = Score(player, beatmap_id, FIRST_SCORE + player.id * 1000 + place, mods, hundreds, misses, pp)
    return {
        **(score.new() if version >= NEW_SHAPE else score.legacy()),
        "current_user_attributes": {"pin": None},
        "beatmap": beatmap(beatmap_id, url),
        "beatmapset": beatmapset(set_of(beatmap_id), url),
        "user": people.compact(player, url),
        "weight": {"percentage": 100 * 0.95**place, "pp": pp * 0.95**place},
    }


class Score:
    """One play, and the two shapes in which osu! tells of it."""

    def __init__(
        self,
        player: Player,
        beatmap_id: int,
        score_id: int,
        mods: tuple[str, ...],
        hundreds: int,
        misses: int,
        pp: float | None,
    ) -> None:
        self.player, self.beatmap_id, self.id, self.mods = player, beatmap_id, score_id, mods
        self.hundreds, self.misses, self.pp = hundreds, misses, pp
        objects = 3 * (85 + beatmap_id % 120) + beatmap_id % 3
        self.greats = objects - hundreds - misses
        self.accuracy = (6 * self.greats + 2 * hundreds) / (6 * objects)
        self.combo = most_combo(beatmap_id) // (misses + 1)
        self.points = 1_000_000 + 37_000 * self.greats
        self.rank = "A" if misses else "SH" if "HD" in mods else "S"
        self.at = moment(score_id % 1000 * 3600)

    def legacy(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy,
            "best_id": self.id,
            "created_at": self.at,
            "id": self.id,
            "max_combo": self.combo,
            "mode": "osu",
            "mode_int": 0,
            "mods": list(self.mods),
            "passed": True,
            "perfect": self.misses == 0,
            "pp": self.pp,
            "rank": self.rank,
            "replay": True,
            "score": self.points,
            "statistics": {
                "count_100": self.hundreds,
                "count_300": self.greats,
                "count_50": 0,
                "count_geki": None,
                "count_katu": None,
                "count_miss": self.misses,
            },
            "type": "score_best_osu",
            "user_id": self.player.id,
        }

    def new(self) -> dict[str, Any]:
        counts = {"ok": self.hundreds, "great": self.greats, "miss": self.misses}
        return {
            "classic_total_score": self.points,
            "preserve": True,
            "processed": True,
            "ranked": True,
            "maximum_statistics": {"great": self.greats + self.hundreds + self.misses, "legacy_combo_increase": 0},
            "mods": [{"acronym": mod} for mod in (*self.mods, "CL")],
            "statistics": {name: count for name, count in counts.items() if count},
            "beatmap_id": self.beatmap_id,
            "best_id": None,
            "id": self.id + 1_000_000,
            "rank": self.rank,
            "type": "solo_score",
            "user_id": self.player.id,
            "accuracy": self.accuracy,
            "build_id": None,
            "ended_at": self.at,
            "has_replay": True,
            "is_perfect_combo": self.misses == 0,
            "legacy_perfect": self.misses == 0,
            "legacy_score_id": self.id,
            "legacy_total_score": self.points,
            "max_combo": self.combo,
            "passed": True,
            "pp": self.pp,
            "ruleset_id": 0,
            "started_at": None,
            "total_score": 900_000,
            "replay": True,
        }


# A match ---------------------------------------------------------------------------------------------------------


def events(players: list[Player], url: str, version: int) -> list[dict[str, Any]]:
    """130 of them, more than one page: people coming and going, and nine games, two of which were given up."""
    found: list[dict[str, Any]] = []
    for number in range(130):
        event: dict[str, Any] = {
            "id": 2_200_000_001 + number,
            "detail": {"type": "player-joined" if number % 2 else "player-left"},
            "timestamp": moment(number * 60, "+00:00"),
            "user_id": players[number % len(players)].id,
        }
        if number in {0, 129}:
            event["detail"] = {"type": "match-created" if number == 0 else "match-disbanded"}
        elif number % 14 == 10:
            event["detail"] = {"type": "other", "text": match()["name"]}
            event["user_id"] = None
            event["game"] = game(number, players, url, version)
        found.append(event)
    return found


def game(number: int, players: list[Player], url: str, version: int) -> dict[str, Any]:
    beatmap_id = FIRST_MAP + number
    given_up = number in {38, 80}
    return {
        "beatmap_id": beatmap_id,
        "id": 540_000_000 + number,
        "start_time": moment(number * 60),
        "end_time": None if given_up else moment(number * 60 + 150),
        "match_id": MATCH,
        "mode": "osu",
        "mode_int": 0,
        "scoring_type": "scorev2",
        "team_type": "team-vs",
        "mods": ["NF"],
        "beatmap": {**small_beatmap(beatmap_id), "beatmapset": beatmapset(set_of(beatmap_id), url)},
        "scores": [] if given_up else match_scores(number, beatmap_id, players, version),
    }


def match_scores(number: int, beatmap_id: int, players: list[Player], version: int) -> list[dict[str, Any]]:
    scores = []
    for slot, player in enumerate(players):
        played = Score(player, beatmap_id, number, ("NF",), (number + 5 * slot) % 23, (number + slot) % 3, None)
        shaped = played.new() if version >= NEW_SHAPE else played.legacy()
        points = "total_score" if version >= NEW_SHAPE else "score"
        shaped |= {"id": None, "best_id": None, "pp": None, "type": "legacy_match_score"}
        shaped |= {points: 500_000 + 9_000 * ((number + 7 * slot) % 40), "replay": False}
        shaped |= {"current_user_attributes": {"pin": None}}
        scores.append({**shaped, "match": {"slot": slot, "team": ("red", "blue")[slot % 2], "pass": True}})
    return scores


def match() -> dict[str, Any]:
    return {
        "id": MATCH,
        "start_time": moment(0, "+00:00"),
        "end_time": moment(129 * 60, "+00:00"),
        "name": "SBX: (Red roses) vs (Blue bells)",
    }
