"""The log speaks in words: each action that the code logs has some."""

from __future__ import annotations

import re

from app.audit.wording import ACTIONS, KINDS
from app.config import ROOT

LOGGED = re.compile(r"\b(?:record|note|change|remove)\(\s*[^\"()]*\"([a-z_]+\.[a-z_]+)\"")


def test_each_logged_action_has_words_and_its_noun_can_be_filtered() -> None:
    logged = {action for file in (ROOT / "app").rglob("*.py") for action in LOGGED.findall(file.read_text("utf-8"))}
    assert len(logged) > 35
    assert logged - set(ACTIONS) == set()
    assert {action.partition(".")[0] for action in ACTIONS} == set(KINDS)
