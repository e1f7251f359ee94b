"""Who lives in the sandbox, in osu!'s words: a compact user, and an extended one with all that a profile shows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COUNTRIES = {"CZ": "Czech Republic", "FR": "France", "JP": "Japan", "NO": "Norway", "US": "United States"}
RULESETS = ("osu", "taiko", "fruits", "mania")


@dataclass(frozen=True)
class Player:
    id: int
    name: str
    country: str
    hue: int | None = None
    restricted: bool = False
    earlier_names: tuple[str, ...] = ()
    pp: float = 4000.0
    scores: int = 0
    """How many best scores they have."""
    about: str = ""
    """What the page says on which one chooses somebody."""


@dataclass(frozen=True)
class Coder:
    """Somebody at the GitHub of the sandbox."""

    id: int
    login: str
    name: str | None
    emails: Sequence[tuple[str, bool]] = ()
    """Address and whether it is verified, the primary one first."""
    about: str = ""


PLAYERS = (
    Player(7001, "Larkspur", "CZ", hue=280, pp=7036.89, scores=200, about="an ordinary player with 200 top scores"),
    Player(7002, "[ Bramble ]", "JP", hue=120, pp=4811.2, scores=37, about="a name with brackets and spaces"),
    Player(7003, "New Oak", "NO", earlier_names=("Old Oak",), pp=3120.55, scores=12, about="was Old Oak before"),
    Player(7004, "Nightjar", "US", restricted=True, about="restricted by osu!"),
)
CODERS = (
    Coder(501, "ada-example", "Ada Example", (("ada@example.net", True),), "a verified address"),
    Coder(502, "mallory-example", None, (("vera@demo.example", False),), "says to be somebody else, unverified"),
    Coder(503, "quiet-example", "Quiet Example", (), "shows no address"),
)


def compact(player: Player, url: str) -> dict[str, Any]:
    return {
        "avatar_url": f"{url}/avatars/{player.id}.png?1",
        "country_code": player.country,
        "default_group": "default",
        "id": player.id,
        "is_active": True,
        "is_bot": False,
        "is_deleted": False,
        "is_online": False,
        "is_supporter": False,
        "last_visit": None,
        "pm_friends_only": False,
        "profile_colour": None,
        "username": player.name,
    }


def country(player: Player) -> dict[str, str]:
    return {"code": player.country, "name": COUNTRIES[player.country]}


def cover(url: str) -> dict[str, Any]:
    return {"custom_url": None, "url": f"{url}/covers/1.png", "id": "1"}


def extended(player: Player, url: str, mode: str = "osu") -> dict[str, Any]:
    history = {"mode": mode, "data": [40_000 - 30 * day for day in range(90)]}
    counts = (
        "beatmap_playcounts_count comments_count favourite_beatmapset_count follower_count graveyard_beatmapset_count "
        "guest_beatmapset_count loved_beatmapset_count mapping_follower_count nominated_beatmapset_count "
        "pending_beatmapset_count ranked_beatmapset_count ranked_and_approved_beatmapset_count "
        "unranked_beatmapset_count scores_first_count scores_pinned_count scores_recent_count support_level post_count"
    )
    nothing = (
        "discord interests location occupation playstyle title title_url twitter website team current_season_stats"
    )
    lists = "account_history active_tournament_banners badges groups matchmaking_stats replays_watched_counts"
    return {
        **compact(player, url),
        **dict.fromkeys(counts.split(), 0),
        **dict.fromkeys(nothing.split()),
        **{name: [] for name in lists.split()},
        "active_tournament_banner": None,
        "country": country(player),
        "cover": cover(url),
        "cover_url": cover(url)["url"],
        "current_user_attributes": {"has_blocked": False},
        "daily_challenge_user_stats": daily_challenge(player),
        "has_supported": False,
        "join_date": "2016-03-01T10:00:00+00:00",
        "kudosu": {"available": 0, "total": 0},
        "max_blocks": 100,
        "max_friends": 250,
        "monthly_playcounts": [{"start_date": f"2026-{month:02}-01", "count": 40 * month} for month in range(1, 9)],
        "page": {"html": "", "raw": ""},
        "playmode": "osu",
        "previous_usernames": list(player.earlier_names),
        "profile_hue": player.hue,
        "profile_order": ["me", "recent_activity", "top_ranks"],
        "rank_highest": {"rank": 30_000, "updated_at": "2025-05-17T02:51:04Z"},
        "rank_history": history,
        "rankHistory": history,
        "scores_best_count": player.scores,
        "statistics": statistics(player, mode),
        "user_achievements": [{"achieved_at": "2026-01-04T19:14:57Z", "achievement_id": 1}],
    }


def own(player: Player, url: str, mode: str = "osu") -> dict[str, Any]:
    """What only /me tells, and only to themselves."""
    return {
        **extended(player, url, mode),
        "is_restricted": player.restricted,
        "session_verification_method": None,
        "session_verified": True,
        "statistics_rulesets": rulesets(player),
    }


def among_many(player: Player, url: str) -> dict[str, Any]:
    """One of those that were asked for by their ids."""
    return {
        **compact(player, url),
        "country": country(player),
        "cover": cover(url),
        "groups": [],
        "statistics_rulesets": rulesets(player),
    }


def rulesets(player: Player) -> dict[str, Any]:
    """Without their place in the country, which only one ruleset's own page tells."""
    figures = {mode: statistics(player, mode) for mode in RULESETS}
    for figure in figures.values():
        del figure["country_rank"], figure["rank"]
    return figures


def statistics(player: Player, mode: str) -> dict[str, Any]:
    plays = player.pp > 0 and mode == "osu"
    rank = max(1, 60_000 - int(player.pp * 5)) if plays else None
    return {
        "count_100": 180_000,
        "count_300": 1_200_000,
        "count_50": 20_000,
        "count_miss": 30_000,
        "level": {"current": 98, "progress": 25},
        "global_rank": rank,
        "global_rank_percent": rank / 4_000_000 if rank else None,
        "global_rank_exp": None,
        "pp": player.pp if plays else 0,
        "pp_exp": 0,
        "ranked_score": 5_380_531_877 if plays else 0,
        "hit_accuracy": 97.6589,
        "accuracy": 0.976589,
        "play_count": 9_554 if plays else 0,
        "play_time": 377_334 if plays else 0,
        "total_score": 52_800_847_971 if plays else 0,
        "total_hits": 1_400_000,
        "maximum_combo": 2_131,
        "replays_watched_by_others": 15,
        "is_ranked": plays,
        "grade_counts": {"ss": 52, "ssh": 8, "s": 362, "sh": 21, "a": 675},
        "country_rank": rank // 100 if rank else None,
        "rank": {"country": rank // 100 if rank else None},
    }


def daily_challenge(player: Player) -> dict[str, Any]:
    names = (
        "daily_streak_best daily_streak_current playcount top_10p_placements top_50p_placements weekly_streak_best "
        "weekly_streak_current"
    )
    never = dict.fromkeys(("last_update", "last_weekly_streak"))
    return {**dict.fromkeys(names.split(), 0), **never, "user_id": player.id}


def picture(number: int) -> bytes:
    """A PNG of 64 by 64 in a colour of one's own, with a cross as of a weave in it."""
    colour = bytes((60 + number * 37 % 160, 60 + number * 61 % 160, 60 + number * 89 % 160))
    lines = b"".join(
        b"\0" + b"".join(b"\xff\xff\xff" if (x // 8 + y // 8) % 4 == 0 else colour for x in range(64))
        for y in range(64)
    )
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
