from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app import processes
from app.api.models import IdempotentAnswer
from app.database import now
from app.extensions import db
from tests.support import make
from tests.support.servers import Running


def test_the_scheduler_does_its_chores_when_it_starts(
    app: Flask, environ: dict[str, str], running: list[Running], tmp_path: Path
) -> None:
    with app.app_context():
        owner = make.user().id
        for key, age in (("old", 25), ("new", 23)):
            moment = now() - timedelta(hours=age)
            db.session.add(
                IdempotentAnswer(user_id=owner, key=key, request_hash="", status=200, body={}, created_at=moment)
            )
        db.session.commit()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    running.append(Running(command, environ, tmp_path / "scheduler.log"))
    running[0].start()
    assert processes.wait_until(lambda: _keys(app) == ["new"], 30)


def _keys(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(db.select(IdempotentAnswer.key)))
