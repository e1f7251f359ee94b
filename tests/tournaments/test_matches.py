"""Lobbies, as osu! tells of them and as somebody typed them: what is read, and what of it counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tournaments import matches
from app.tournaments.matches import BadMatch, Game, Line, Match, Reason, Roster, Rules, Slot, check
from tests.support import real

POOL = [Slot("NM1", 101, 1), Slot("HD1", 102, 2), Slot("FM1", 103, 3), Slot("TB", 104, 4), Slot("RC1", 105, 5)]
ROSTER = Roster({7001: 1, 7002: 2}, {"larkspur": 1, "bramble": 2, "eva": 3})
RULES = Rules("osu", 1)


def line(user: int | None = 7001, score: int = 500_000, *mods: str, name: str = "Larkspur") -> Line:
    return Line(user, name, score, mods or ("NF",), "red")


def game(beatmap: int = 101, *lines: Line, **changes: Any) -> Game:
    usual: dict[str, Any] = {"id": 1, "title": "", "mode": "osu", "mods": ("NF",), "ended": True}
    return Game(**{**usual, "beatmap_id": beatmap, "lines": lines or (line(),), **changes})


def reasons(of: Game, rules: Rules = RULES) -> list[Reason]:
    [row] = check(Match(1, "", (of,)), POOL, ROSTER, rules)
    return list(row.reasons)


def test_a_score_of_somebody_on_a_map_of_the_pool_is_fine() -> None:
    [row] = check(Match(1, "", (game(),)), POOL, ROSTER, RULES)
    assert row.is_fine
    assert (row.participant_id, row.slot) == (1, POOL[0])


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (game(101, line(), ended=False), [Reason.ABORTED]),
        (game(999), [Reason.NOT_POOLED]),
        (game(101, line(999, name="Nobody")), [Reason.ROSTER]),
        (game(101, line(999, 0, name="Referee")), [Reason.REFEREE, Reason.ROSTER]),
        (game(101, line(7001, 999)), [Reason.LOW]),
        (game(101, mode="taiko"), [Reason.WRONG_MODE]),
        (game(101, line(7001, 500_000, "NF", "HD")), [Reason.WRONG_MODS]),
        (game(102, line(7001, 500_000, "NF")), [Reason.WRONG_MODS]),
        (game(102, mods=("NF", "HD")), []),
        (game(103, line(7001, 500_000, "HD", "HR")), []),
        (game(103, line(7001, 500_000, "DT")), [Reason.WRONG_MODS]),
        (game(104, line(7001, 500_000, "EZ")), []),
        (game(105, line(7001, 500_000, "DT", "HR")), []),
        (game(101, line(7001, 500_000, "NF", "SD")), [Reason.FORBIDDEN_MODS]),
        (game(103, line(7001, 500_000, "RX")), [Reason.FORBIDDEN_MODS]),
        (game(101, line(None, 500_000, name="EVA")), [Reason.NAME_ONLY]),
        (game(101, line(None, 5, name="eva")), [Reason.NAME_ONLY, Reason.LOW]),
    ],
)
def test_what_is_wrong_is_said(of: Game, expected: list[Reason]) -> None:
    assert reasons(of) == expected


def test_nightcore_is_double_time() -> None:
    pool = [Slot("DT1", 101, 1)]
    [row] = check(Match(1, "", (game(101, line(7001, 500_000, "NC", "DT")),)), pool, ROSTER, RULES)
    assert row.is_fine


def test_a_lobby_with_too_few_of_the_players_says_so() -> None:
    assert reasons(game(), Rules("osu", 2)) == [Reason.TOO_FEW]


def test_of_two_scores_of_somebody_on_a_map_the_worse_says_so() -> None:
    both = (game(101, line(7001, 400_000)), game(101, line(7001, 600_000), id=2))
    first, second = check(Match(1, "", both), POOL, ROSTER, RULES)
    assert (first.reasons, second.reasons) == ((Reason.WORSE,), ())
    assert first.can_be_taken, "an organiser may say otherwise"


def test_a_game_without_scores_is_a_row_of_its_own() -> None:
    [row] = check(Match(1, "", (game(101, lines=()),)), POOL, ROSTER, RULES)
    assert (row.line, row.reasons, row.can_be_taken) == (None, (Reason.ABORTED,), False)


def test_a_real_match_has_nine_games_of_which_two_were_broken_off() -> None:
    match = matches.of_json(real.file("osu_api/get_multiplayer_match_200.json").read_bytes())
    assert (match.id, match.name, len(match.games)) == (
        105019274,
        "OWC2022: (Russian Federation) VS (France)",
        9,
    )
    assert [one.id for one in match.games if not one.ended] == [538152481, 538154296]
    first = next(one for one in match.games if one.id == 538150762)
    assert first.teams == [("blue", 3_062_344), ("red", 2_972_928)]
    everybody = {each.user_id: each.user_id for one in match.games for each in one.lines if each.user_id}
    pool = [Slot(f"RC{number}", one.beatmap_id, number) for number, one in enumerate(match.games) if one.ended]
    rows = check(match, pool, Roster(everybody, {}), RULES)
    refused = [row for row in rows if not row.can_be_taken]
    assert {row.game.id for row in refused} == {538152481, 538154296}
    assert sum(row.is_fine for row in rows) == sum(len(one.lines) for one in match.games) == 56


def test_both_shapes_of_mods_are_read() -> None:
    told = {
        "match": {"id": 5, "name": "ACR: (A) vs (B)"},
        "users": [{"id": 7001, "username": "Larkspur"}],
        "events": [
            {"id": 1, "detail": {"type": "match-created"}},
            {
                "id": 2,
                "game": {
                    "id": 9,
                    "beatmap_id": 101,
                    "mode": "osu",
                    "mods": [{"acronym": "NF"}],
                    "end_time": "2026-07-04T12:00:00Z",
                    "scores": [
                        {"user_id": 7001, "score": 5, "mods": ["hd", {"acronym": "HR"}], "match": {"team": "none"}}
                    ],
                },
            },
        ],
    }
    [found] = matches.of_json(json.dumps(told).encode()).games
    assert (found.mods, found.lines[0].mods, found.lines[0].team, found.lines[0].name) == (
        ("NF",),
        ("HD", "HR"),
        "",
        "Larkspur",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no",
        b"[]",
        b"{}",
        b'{"events": 3}',
        b'{"events": [{"game": {"id": "x"}}]}',
        b'{"events": [], "users": [1]}',
    ],
)
def test_what_is_no_match_is_refused(data: bytes) -> None:
    with pytest.raises(BadMatch):
        matches.of_json(data)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("https://osu.ppy.sh/community/matches/105019274", 105019274),
        (" https://osu.ppy.sh/mp/105019274/ ", 105019274),
        ("105019274", 105019274),
        ("https://example.org/community/matches/1", None),
        ("https://osu.ppy.sh/beatmaps/1", None),
        ("", None),
    ],
)
def test_a_link_to_a_match_is_known(text: str, number: int | None) -> None:
    assert matches.match_id_in(text) == number


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_private_lobby_comes_as_a_table(separator: str) -> None:
    rows = [("Map", "Player", "Score", "Mods"), ("NM1", "Eva", "512 300", ""), ("nm1", "7002", "1.012.345", "hd hr")]
    text = "\n".join(separator.join(row) for row in rows)
    match = matches.of_csv(("\ufeff" + text).encode())
    found = check(match, POOL, ROSTER, RULES)
    assert [(row.participant_id, row.line.score if row.line else 0, row.slot and row.slot.name) for row in found] == [
        (3, 512_300, "NM1"),
        (2, 1_012_345, "NM1"),
    ]
    assert found[1].reasons == (Reason.WRONG_MODS,)


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2", b"map,player,score\nNM1,Eva,lots", b"map,player,score\n\xff,Eva,1"])
def test_a_table_that_cannot_be_read_says_why(data: bytes) -> None:
    with pytest.raises(BadMatch):
        matches.of_csv(data)


LINES = st.builds(
    Line,
    st.one_of(st.none(), st.integers(1, 9)),
    st.sampled_from(["eva", "adam", "x"]),
    st.integers(0, 2_000_000),
    st.lists(st.sampled_from(["NF", "HD", "HR", "DT", "SD", "EZ"]), max_size=3).map(tuple),
    st.sampled_from(["", "red", "blue"]),
)
GAMES = st.builds(
    Game,
    st.integers(1, 10**9),
    st.one_of(st.none(), st.integers(100, 106)),
    st.text(max_size=9),
    st.sampled_from(["osu", "taiko"]),
    st.lists(st.sampled_from(["NF", "HD"]), max_size=2).map(tuple),
    st.booleans(),
    st.lists(LINES, max_size=5).map(tuple),
    st.sampled_from(["", "NM1", "zz"]),
)
MATCHES = st.builds(
    Match, st.one_of(st.none(), st.integers(1, 10**9)), st.text(max_size=9), st.lists(GAMES, max_size=5).map(tuple)
)


@given(MATCHES)
def test_a_match_is_kept_as_it_was(match: Match) -> None:
    assert matches.from_json(json.loads(json.dumps(matches.as_json(match)))) == match


@given(MATCHES)
def test_nothing_is_taken_that_is_nobodys_or_on_no_map(match: Match) -> None:
    rows = check(match, POOL, Roster({1: 1, 2: 2}, {"eva": 3}), RULES)
    assert len(rows) == sum(max(len(one.lines), 1) for one in match.games)
    for row in rows:
        if row.can_be_taken:
            assert row.slot is not None
            assert row.participant_id is not None
            assert row.game.ended
