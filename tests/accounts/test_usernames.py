from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import queries, usernames
from tests.support import make


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Žofie Růžičková", "zofie-ruzickova"),
        ("- Legendary -", "legendary"),
        ("mrekk", "mrekk"),
        ("Ján  O'Neil", "jan-o-neil"),
        ("李小龙", "player"),
        ("x" * 50, "x" * 32),
    ],
)
def test_a_username_is_derived_from_a_name(name: str, username: str) -> None:
    assert usernames.derive(name) == username


@given(st.text(max_size=60), st.integers(0, 120))
def test_whatever_somebody_is_called_their_username_is_one_and_their_own(name: str, others: int) -> None:
    taken: set[str] = set()
    for _ in range(others):
        taken.add(usernames.derive(name, taken))
    assert len(taken) == others
    assert all(usernames.is_username(username) for username in taken)


def test_two_people_of_one_name_have_two_usernames(app: Flask) -> None:
    with app.app_context():
        assert [make.user(name="Jan Novák").username for _ in range(3)] == ["jan-novak", "jan-novak-2", "jan-novak-3"]
        found = queries.user_by_username(" Jan-Novak-2 ")
        assert found is not None
        assert found.name == "Jan Novák"
