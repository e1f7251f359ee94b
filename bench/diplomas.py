"""Diplomas from click to download: 300 and 1,000 with a background picture and codes, through one worker.

And what typst costs against reportlab for the same page: the same background, three texts and a code.
"""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import segno
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app import create_app, processes
from app.accounts.actions import create_user, open_session
from app.accounts.models import Role
from app.database import locked
from app.diplomas import fonts
from app.diplomas.actions import add_rule
from app.diplomas.kinds import Basis, FileKind
from app.diplomas.layouts import add_file, create
from app.diplomas.rendering import MASK, Labels, Renderer, Words
from app.diplomas.template import Qr, Template, Text, What
from app.events.models import Event
from app.extensions import db
from bench import data
from bench.harness import Place, compare, computing, head, place, row

SIZES = ((300, 5), (1000, 15))
SHARE = 300
NAME = "Žofie Růžičková"


def main() -> None:
    print("\nDiplomas, from click to download")
    row("what", "seconds", "CPU", "worker's memory", "", "aim")
    for count, seconds in SIZES:
        with place() as here:
            from_click_to_download(here, count, seconds)
    against_reportlab()


def from_click_to_download(here: Place, count: int, seconds: int) -> None:
    app = create_app(replace(here.settings, extra={"WTF_CSRF_ENABLED": False}))
    with app.app_context():
        browser, event_id = awarded(app, count)
    with worker(here) as peak:
        time.sleep(4)
        cpu, began = peak.cpu(), time.perf_counter()
        page = browser.get(f"/events/{event_id}/diplomas/check").text
        state = page.partition('name="state" value="')[2].partition('"')[0]
        began = time.perf_counter()
        run = browser.post(f"/events/{event_id}/diplomas/runs", data={"state": state}).location
        while browser.get(f"{run}/diplomas.pdf").status_code != 200:
            time.sleep(0.1)
        waited = time.perf_counter() - began
        row(
            f"{count} diplomas, one PDF",
            f"{waited:.1f} s",
            f"{peak.cpu() - cpu:.1f} s",
            f"{peak.megabytes:.0f} MB",
            "",
            f"{seconds} s, 400 MB",
        )
        while browser.get(f"{run}/diplomas.zip").status_code != 200:
            time.sleep(0.2)
        row(
            f"{count} diplomas, and the zip",
            f"{time.perf_counter() - began:.1f} s",
            f"{peak.cpu() - cpu:.1f} s",
            f"{peak.megabytes:.0f} MB",
        )


def awarded(app: Flask, count: int) -> tuple[FlaskClient, int]:
    admin = create_user("ann@example.org", "Ann", Role.ADMIN, None, by=None)
    token = open_session(admin, address="127.0.0.1", browser="bench")
    event_id = data.event(count, with_records=False).id
    event = locked(Event, event_id)
    file = add_file(event, FileKind.BACKGROUND, "page.jpg", background(), by=admin)
    template = create(event, "Gold", page(file.key), "en", by=admin)
    add_rule(event, Basis.EVERYBODY, template.id, places=0, activity_id=None, by=admin)
    db.session.commit()
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = token
    return browser, event_id


class Peak:
    """What a worker and its children hold at most, looked at often."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.megabytes = 0.0
        self._seen: dict[int, float] = {}

    def look(self) -> None:
        for pid in [self.pid, *processes.descendants(self.pid)]:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            held = int(status.partition("VmHWM:")[2].split()[0]) / 1024 if "VmHWM:" in status else 0
            self.megabytes = max(self.megabytes, held)
            self._seen[pid] = (int(fields[11]) + int(fields[12])) / 100

    def cpu(self) -> float:
        self.look()
        return sum(self._seen.values())


@contextmanager
def worker(here: Place) -> Iterator[Peak]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with (here.folder / "worker.log").open("wb") as log:
        child = processes.start(command, environ=here.environ, output=log)
    peak, ended = Peak(child.pid), threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            peak.look()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()
        processes.stop([child])


# Against reportlab ------------------------------------------------------------------------------------------------


def against_reportlab() -> None:
    head(f"The same {SHARE} pages")
    picture = background()
    addresses = [f"https://laurel.example.org/d/ABCD-EFGH-JKMN-{number:04}" for number in range(SHARE)]
    key = "a" * 32
    words = [Words({What.PARTICIPANT_NAME: NAME, What.PLACE: "1.", What.EVENT: "Games"}, one) for one in addresses]
    with Renderer([page(key)], {key: picture}, Labels("", "", "code", "cs")).open() as renderer:

        def ours() -> int:
            renderer.pdf(words, made_at=datetime.now(UTC))
            return SHARE

        compare(
            "typst / reportlab",
            computing(ours),
            computing(lambda: with_reportlab(picture, addresses)),
            "0.67 (1.5 times)",
        )


def with_reportlab(picture: bytes, addresses: list[str]) -> int:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("Inter", str(fonts.FOLDER / "Inter_400Regular.ttf")))
    wide, high = A4
    behind = ImageReader(io.BytesIO(picture))
    canvas = Canvas(io.BytesIO(), pagesize=A4)
    for address in addresses:
        canvas.drawImage(behind, 0, 0, wide, high)
        for text, size, y in ((NAME, 32, 0.6), ("1.", 60, 0.5), ("Games", 24, 0.4)):
            canvas.setFont("Inter", size)
            canvas.drawCentredString(wide / 2, high * y, text)
        matrix = segno.make_qr(address, error="m", boost_error=False, mask=MASK).matrix
        side = wide * 0.1 / len(matrix)
        path = canvas.beginPath()
        for row_number, cells in enumerate(matrix):
            for column, dark in enumerate(cells):
                if dark:
                    path.rect(wide * 0.45 + column * side, high * 0.15 - row_number * side, side, side)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return len(addresses)


def page(background_key: str) -> Template:
    return Template(
        background=background_key,
        items=[
            Text(id="name", x=50, y=40, shows=What.PARTICIPANT_NAME, size=32, width=80),
            Text(id="place", x=50, y=50, shows=What.PLACE, size=60),
            Text(id="event", x=50, y=60, shows=What.EVENT, size=24),
            Qr(id="code", x=45, y=80, width=10),
        ],
    )


def background() -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise((1240, 1754), 30).convert("RGB")
    noise.save(out, "JPEG", quality=85)
    return out.getvalue()


if __name__ == "__main__":
    main()
