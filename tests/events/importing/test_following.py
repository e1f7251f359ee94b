"""An import on its way, as its page tells it, and the end of one that is not wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import assets, processes
from app.audit.models import AuditEntry
from app.database import now
from app.events.importing import jobs as importing_jobs
from app.events.importing import progress
from app.events.models import Import
from app.extensions import db
from app.jobs.models import JobState
from tests.conftest import AppFactory, StartWorker
from tests.events.importing.conftest import PIECE, Desk, last_import, last_job, start_list, work

pytestmark = pytest.mark.usefixtures("context")


# Following it -----------------------------------------------------------------------------------------------------


def test_the_page_asks_again_by_itself_until_it_is_done(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    answer = desk.confirm(url)
    assert (answer.status_code, answer.location) == (303, url)
    page = desk.browser.get(url).text
    assert "Waiting for its turn. Nothing is written yet." in page
    assert f'hx-get="{url}" hx-trigger="click, every 500ms"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert desk.browser.get(url, headers=PIECE).text.lstrip().startswith('<div id="import"')
    assert "on its way" in desk.browser.get(desk.url).text
    work()
    piece = desk.browser.get(url, headers=PIECE).text
    assert "The people are in" in piece
    assert "every 500ms" not in piece


def test_how_far_it_has_come_is_shown_while_it_is_written(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    assert "<progress" in desk.browser.get(url).text
    assert 'max="100"' not in desk.browser.get(url).text
    progress.tell(last_import().id, 40)
    assert 'value="40" max="100"' in desk.browser.get(url).text


def test_ten_thousand_people_come_in(desk: Desk) -> None:
    desk.bring_in(start_list(10_000))
    assert desk.written() == (7, 10_000)
    assert progress.told(last_import().id) == 90


def test_without_a_worker_the_page_says_what_it_waits_for(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    last_job().created_at = now() - timedelta(minutes=1)
    page = desk.browser.get(url).text
    assert "This waits for the worker, which does not answer." in page
    assert "every 3s" in page


def test_with_redis_away_it_is_promised_all_the_same(make_app: AppFactory, desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    page = desk.browser.get(url).text
    away = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    with desk.browser.session_transaction() as mine, away.session_transaction() as session:
        session["_user_id"] = mine["_user_id"]
    fingerprint = page.partition('name="fingerprint" value="')[2][:64]
    assert away.post(f"{url}/apply", data={"fingerprint": fingerprint}).status_code == 303
    assert "Waiting for its turn." in away.get(url).text
    work()
    assert desk.written() == (1, 1)


def test_a_real_worker_does_it(desk: Desk, start_worker: StartWorker) -> None:
    url = desk.preview(start_list(300))
    start_worker()
    desk.confirm(url)
    assert processes.wait_until(lambda: "The people are in" in desk.browser.get(url).text, 30)
    assert desk.written() == (7, 300)


def test_while_it_is_on_its_way_nothing_about_it_can_be_changed(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    assert desk.browser.post(url, data={"delimiter": ","}).status_code == 409
    work()
    assert desk.browser.post(url, data={"delimiter": ","}).status_code == 409


# Discarding -------------------------------------------------------------------------------------------------------


def test_a_discarded_import_takes_its_file_along(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    key = last_import().file
    answer = desk.browser.post(f"{url}/delete", follow_redirects=True)
    assert "The import of list.csv is discarded." in answer.text
    assert desk.browser.get(url).status_code == 404
    with pytest.raises(assets.MissingFile):
        assets.read(key)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.event_id == desk.event.id)).all()
    assert actions == ["import.create", "import.delete"]


def test_an_import_discarded_while_it_waits_is_never_written(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    desk.browser.post(f"{url}/delete")
    work()
    assert last_job().state is JobState.DONE
    assert desk.written() == (0, 0)


def test_files_are_not_kept_for_longer_than_a_month(desk: Desk) -> None:
    desk.bring_in("name;group\nEva;Red")
    old = last_import()
    url = desk.preview("name;group\nJan;Red")
    key, old.created_at = old.file, now() - timedelta(days=31)
    db.session.commit()
    assert importing_jobs.remove_old_files() == 1
    assert importing_jobs.remove_old_files() == 0
    with pytest.raises(assets.MissingFile):
        assets.read(key)
    assert "The people are in" in desk.browser.get(f"/imports/{old.id}").text
    assert "Import 1 person" in desk.browser.get(url).text
    assert db.session.scalar(select(func.count()).select_from(Import)) == 2
