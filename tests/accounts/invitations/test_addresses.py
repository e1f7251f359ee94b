"""Lists of addresses as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.invitations.addresses import is_address, read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@x.org", [("a@x.org", "")]),
        (" A@X.ORG ", [("a@x.org", "")]),
        ("a@x.org, b@x.org; c@x.org\nd@x.org\te@x.org f@x.org", [(f"{one}@x.org", "") for one in "abcdef"]),
        ("Jana Nováková <jana@x.org>", [("jana@x.org", "Jana Nováková")]),
        (
            '"Nováková, Jana" <jana@x.org>, Petr <petr@x.org>',
            [("jana@x.org", "Nováková Jana"), ("petr@x.org", "Petr")],
        ),
        ("Jana Nováková\tjana@x.org", [("jana@x.org", "Jana Nováková")]),
        ("jana@x.org;Jana;Nováková", [("jana@x.org", "Jana Nováková")]),
        ("<jana@x.org>;", [("jana@x.org", "")]),
        ("mailto:jana@x.org", [("jana@x.org", "")]),
        ("a@x.org\r\n\r\nb@x.org\r\n", [("a@x.org", ""), ("b@x.org", "")]),
        ("", []),
        (" ,;\n\t", []),
    ],
)
def test_addresses_are_found_with_the_names_beside_them(text: str, found: list[tuple[str, str]]) -> None:
    assert [(who.email, who.name) for who in read(text)] == found


@pytest.mark.parametrize(
    "text", ["Jana", "jana@", "@x.org", "jana@x", "jana@x..org", "a..b@x.org", "jana @ x.org", "@"]
)
def test_what_is_no_address_is_told_as_it_was_typed(text: str) -> None:
    assert [(who.email, who.typed) for who in read(text)] == [("", text)]


def test_one_wrong_line_does_not_hide_the_others() -> None:
    assert [who.email for who in read("a@x.org\nnobody\nb@x.org")] == ["a@x.org", "", "b@x.org"]


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read(text: str) -> None:
    assert all(is_address(who.email) or who.email == "" for who in read(text))
