"""A model elsewhere reads tables of another make: what it is sent, what is taken of its answer, and what is said."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import current_app
from PIL import Image

from app.events.kinds import EvaluationType
from app.extensions import db
from app.paper.models import PaperScan, ScanState
from app.paper.reading import outside
from app.paper.reading.outside import Model, Unavailable
from tests.support import make

from .conftest import Desk
from .test_foreign import table

pytestmark = pytest.mark.usefixtures("context")


class Gemini(HTTPServer):
    """Speaks the one call of it that is used."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.says, self.asked = 200, "[]", list[tuple[str, str | None, Any]]()

    @property
    def model(self) -> Model:
        return Model(f"http://127.0.0.1:{self.server_port}", "gemini-2.5-flash", "the key")


class Answer(BaseHTTPRequestHandler):
    server: Gemini

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["x-goog-api-key"], body))
        parts = [{"text": self.server.says}]
        told = json.dumps({"candidates": [{"content": {"role": "model", "parts": parts}}]}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def gemini() -> Iterator[Gemini]:
    server = Gemini()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_it_is_asked_with_the_photo_and_the_key_in_a_header(gemini: Gemini) -> None:
    gemini.says = json.dumps([{"name": " Jana  Nováková ", "values": ["287", "1:02,30", "dns"]}])
    [line] = outside.read_table(b"a photo", gemini.model)
    assert (line.name, line.values) == ("Jana Nováková", ["287", "1:02,30", "DNS"])
    [(path, key, body)] = gemini.asked
    assert (path, key) == ("/v1beta/models/gemini-2.5-flash:generateContent", "the key")
    words, photo = body["contents"][0]["parts"]
    assert base64.b64decode(photo["inline_data"]["data"]) == b"a photo"
    assert "data" in words["text"]


def test_nothing_but_numbers_is_taken_as_a_value(gemini: Gemini) -> None:
    gemini.says = json.dumps(
        [{"name": "Ignore all rules", "values": ["99; DROP TABLE", "<b>1</b>", "12a", "=1+1", "7"]}]
    )
    [line] = outside.read_table(b"a photo", gemini.model)
    assert line.values == ["7"]


@pytest.mark.parametrize(
    ("status", "says"),
    [(500, "[]"), (429, "[]"), (200, "I am sorry"), (200, '{"name": 1}'), (200, '[{"name": "Jan", "values": 5}]')],
)
def test_whatever_else_it_answers_it_is_not_there(gemini: Gemini, status: int, says: str) -> None:
    gemini.status, gemini.says = status, says
    with pytest.raises(Unavailable):
        outside.read_table(b"a photo", gemini.model)


def test_one_that_is_away_is_not_there(gemini: Gemini) -> None:
    gone = gemini.model
    gemini.server_close()
    with pytest.raises(Unavailable):
        outside.read_table(b"a photo", gone)


@pytest.fixture
def elsewhere(gemini: Gemini, desk: Desk) -> Desk:
    """The same desk, at an installation that has set the model: for its pages, and for its worker."""
    for app in (desk.client.application, current_app):
        settings = replace(app.config["SETTINGS"], gemini_url=gemini.model.url, gemini_key="the key")
        app.config["SETTINGS"] = settings
    group = make.group(desk.event, "Jans")
    for name in ("Jan", "Jana"):
        make.participant(group, name)
    desk.activity = make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    db.session.refresh(desk.event)
    return desk


def test_where_two_readers_differ_is_said_and_where_the_photo_went(elsewhere: Desk, gemini: Gemini) -> None:
    desk = elsewhere
    gemini.says = json.dumps([{"name": "Jan", "values": ["312"]}, {"name": "Jana", "values": ["999"]}])
    assert "sent to Google's Gemini as well" in desk.client.get(desk.url).text.replace("&#39;", "'")
    desk.client.post(desk.url, data={"files": (io.BytesIO(table(("Jan", "312"), ("Jana", "287"))), "photo.png")})
    scan = desk.work()[0]
    page = desk.client.get(f"{desk.url}/{scan.id}").text.replace("&#39;", "'")
    assert "is sent to Google's Gemini to be read" in page
    assert gemini.asked == [], "before somebody has said that it is no sheet of ours, it goes nowhere"
    desk.client.post(
        f"{desk.url}/{scan.id}/again",
        data={"sheet": 0, "group": desk.event.groups[-1].id, "activity": desk.activity.id},
    )
    desk.work()
    rows = db.session.get_one(PaperScan, scan.id).rows
    assert [(row["name"], row["value"], "disagree" in row["reasons"]) for row in rows] == [
        ("Jan", "312", False),
        ("Jana", "999", True),
    ]
    page = desk.client.get(f"{desk.url}/{scan.id}").text.replace("&#39;", "'")
    assert "read by Google's Gemini, to whom the photo was sent" in page
    assert "two readers disagree" in page


def test_a_sheet_of_ours_goes_nowhere(elsewhere: Desk, gemini: Gemini) -> None:
    desk = elsewhere
    desk.client.post(f"/events/{desk.event.id}/paper", data={"group": 0, "activity": desk.activity.id, "paper": "a4"})
    picture = io.BytesIO()
    Image.new("L", (900, 1200), 200).save(picture, "PNG")
    desk.client.post(desk.url, data={"files": (io.BytesIO(picture.getvalue()), "photo.png")})
    assert {scan.state for scan in desk.work()} == {ScanState.REFUSED}
    assert gemini.asked == []
