from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import sandbox as sandboxes
from app.sandbox import Sandbox
from tests.conftest import AppFactory
from tests.support import trips
from tests.support.trips import LARKSPUR

KEY = "the key of the installation"
PORT = 53682


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.running() as sandbox:
        sandbox.register(["http://localhost"])
        yield sandbox


@pytest.fixture
def app(make_app: AppFactory, sandbox: Sandbox) -> Flask:
    return make_app(**trips.settings_of(sandbox), hmac_secret_key=KEY)


@dataclass
class Analyser:
    """The desktop program, as it speaks with Laurel: it knows its address, and a token once somebody signed in."""

    client: FlaskClient
    token: str = ""

    def sign_in(self, who: int = LARKSPUR) -> dict[str, str]:
        """Through osu!, and back to the port where it listens; what it is told there."""
        answer = self.client.get(f"/api/auth/login?callback_port={PORT}&client_type=desktop")
        assert answer.status_code == 307, answer.text
        told = self.come_back(trips.agree(str(answer.location), who))
        self.token = told.get("jwt_token", "")
        return told

    def come_back(self, address: str) -> dict[str, str]:
        parts = urlsplit(address)
        answer = self.client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 307, answer.text
        back = urlsplit(str(answer.location))
        assert (back.scheme, back.netloc, back.path) == ("http", f"localhost:{PORT}", "/")
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/{path}", query_string=query, headers=self.headers)

    def post(self, path: str, **request: Any) -> TestResponse:
        return self.client.post(f"/api/{path}", headers=self.headers, **request)

    def submit(self, report: bytes, signature: str | None = None, summary: str = "{}") -> TestResponse:
        data = {
            "report_summary": summary,
            "hmac_signature": signed(report) if signature is None else signature,
            "report_file": (BytesIO(report), "analysis_results.json"),
        }
        return self.post("hall-of-fame/submit", data=data)


def signed(report: bytes) -> str:
    return hmac.new(KEY.encode(), report, sha256).hexdigest()


@pytest.fixture
def analyser(app: Flask) -> Analyser:
    return Analyser(app.test_client())


def play(number: int, pp: float, *, lost: bool = False, **more: Any) -> dict[str, Any]:
    """A row of a report's tops."""
    return {
        "pp": pp,
        "beatmap_id": 2_900_001 + number,
        "beatmap_md5": f"{number:032x}",
        "status": "lost" if lost else "ranked",
        "artist": "Artist",
        "title": f"Song {number}",
        "creator": "Mapper",
        "version": "Hard",
        "mods": ["HD"],
        "count100": "2" if lost else 2,
        "count50": "0" if lost else 0,
        "countMiss": "1" if lost else 1,
        "accuracy": "98.5" if lost else 98.5,
        "score": "871349" if lost else 871349,
        "date": "03-09-2024 21-39-30",
        "rank": "A",
        "score_id": "LOST" if lost else 4_680_387_838 + number,
        **more,
    }


def report(name: str = "Larkspur", **changes: Any) -> dict[str, Any]:
    """A small one that adds up: 200 and 100 pp count now, and 150 were lost."""
    top = [play(1, 200), play(2, 100)]
    made = {
        "metadata": {"analysis_timestamp": "2025-10-24T07:18:08.406463", "user_identifier": name},
        "summary_stats": {
            "lost_scores_found": 1,
            "current_pp": 300.0,
            "current_acc": 98.5,
            # 200 + 95 now, with a bonus of 5; 200 + 142.5 + 90.25 then.
            "weighted_pp_current": 295.0,
            "weighted_pp_potential": 432.75,
            "potential_pp": 437.75,
            "delta_pp": 137.75,
            "potential_acc": 98.5,
        },
        "lost_scores": [play(3, 150, lost=True)],
        "parsed_top": top,
        "top_with_lost": [top[0], play(3, 150, lost=True), top[1]],
        "replay_manifest": [],
    }
    return {**made, **changes}


def as_file(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode()
