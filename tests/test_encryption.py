from __future__ import annotations

import pytest
from flask import Flask

from app import encryption
from tests.conftest import AppFactory


def test_a_secret_is_read_again_and_stands_nowhere_in_the_clear(app: Flask) -> None:
    with app.app_context():
        hidden = encryption.encrypt("a refresh token", "osu")
        assert "refresh" not in hidden
        assert encryption.decrypt(hidden, "osu") == "a refresh token"


def test_no_other_purpose_and_no_other_key_reads_it(app: Flask, make_app: AppFactory) -> None:
    with app.app_context():
        hidden = encryption.encrypt("a refresh token", "osu")
        with pytest.raises(encryption.Unreadable):
            encryption.decrypt(hidden, "totp")
        with pytest.raises(encryption.Unreadable):
            encryption.decrypt(hidden[:-4] + "AAAA", "osu")
    with make_app(secret_key="another key, 9876543210 and more").app_context(), pytest.raises(encryption.Unreadable):
        encryption.decrypt(hidden, "osu")
