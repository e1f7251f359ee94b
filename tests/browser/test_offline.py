"""Without a network nothing is lost: values outlive a reload, a closed page, a new version, and an ended session.

The network is cut twice over: the browser is offline, and the server is stopped, since a worker might still reach it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import delete, update

from app.accounts.models import LoginSession, Role
from app.config import ROOT
from app.database import locked, now
from app.events.kinds import EvaluationType
from app.events.models import Event, GroupEvaluator
from app.extensions import db
from app.scoring.judges.actions import make_link
from app.scoring.models import Record, RecordChange
from tests.conftest import SignIn
from tests.support import chromium, make
from tests.support.servers import Server

from .steps import expect_saved, field, row, sign_in, type_into
from .test_sheet import NAMES, Day, open_sheet, start_day

pytestmark = pytest.mark.usefixtures("context")

KEPT = """async (path) => {
  await navigator.serviceWorker.ready;
  const found = await caches.match(path, { ignoreVary: true });
  return Boolean(found);
}"""

READER = """async (reader) => {
  const note = await (await caches.open("notes")).match("/reader");
  return note && await note.text() === reader;
}"""


def pill(page: Page, words: str, timeout: int = 20_000) -> None:
    expect(page.locator("#sheet-pill")).to_have_text(words, timeout=timeout)


def open_kept_sheet(page: Page, day: Day) -> None:
    """The sheet, once the service worker has it."""
    open_sheet(page, day)
    until(page, KEPT, day.url)


def until(page: Page, script: str, argument: str) -> None:
    """Asks again and again until the script's answer is a yes."""
    for _turn in range(400):
        if page.evaluate(script, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {script}")


def cut(page: Page, server: Server) -> None:
    page.context.set_offline(True)
    server.stop()


def mend(page: Page, server: Server) -> None:
    server.start()
    page.context.set_offline(False)


def again(page: Page, day: Day) -> Page:
    """The page is closed, and another one is opened on the same device."""
    device = page.context
    page.close()
    opened = device.new_page()
    opened.goto(day.url)
    return opened


def written() -> list[tuple[str, str]]:
    """Who wrote what, in the order in which it came."""
    db.session.rollback()
    changes = db.session.query(RecordChange).order_by(RecordChange.id)
    return [(change.by_name, f"{Decimal(change.new[0]).normalize():f}") for change in changes]


def test_sixty_values_typed_offline_survive_reload_and_close_and_are_stored_exactly_once(
    phone: Page, live_server: Server
) -> None:
    day = start_day(EvaluationType.NUMERIC_HIGH, names=[f"Participant {number:02}" for number in range(60)])
    open_kept_sheet(phone, day)
    cut(phone, live_server)
    phone.locator(".row__field").first.focus()
    for number in range(60):
        phone.keyboard.type(f"{number}.5")
        phone.keyboard.press("Enter")
    pill(phone, "60 waiting for the network")
    phone.reload()
    pill(phone, "60 waiting for the network")
    phone = again(phone, day)
    pill(phone, "60 waiting for the network")
    expect(phone.locator(".row__field").nth(59)).to_have_value("59.5")
    expect(phone.locator(".row__state.is-waiting")).to_have_count(60)
    mend(phone, live_server)
    pill(phone, "All saved", 60_000)
    assert written() == [("Petra", f"{number}.5") for number in range(60)]


def test_three_concurrent_edits_give_exactly_three_conflicts_and_overwrite_nothing(
    phone: Page, live_server: Server, sign_in: SignIn
) -> None:
    day = start_day(names=[*NAMES, "Eliška Malá"])
    open_kept_sheet(phone, day)
    cut(phone, live_server)
    for name in ("Anežka", "Matěj", "Zdeněk", "Jana", "Eliška"):
        type_into(phone, name, "1:20")
    tom = sign_in(day.tom)
    for person in day.group.participants[:3]:
        form = {f"value-{person.id}-1": "1:30", f"version-{person.id}": "0"}
        assert tom.post(f"{day.url}/{person.id}", data=form).status_code == 303
    mend(phone, live_server)
    pill(phone, "3 in conflict")
    expect(phone.locator(".conflict")).to_have_count(3)
    expect(row(phone, "Matěj")).to_contain_text("Tom changed Matěj Krejčí")
    assert written() == [("Tom", "90")] * 3 + [("Petra", "80")] * 2
    phone.reload()
    pill(phone, "3 in conflict")
    row(phone, "Matěj").get_by_role("button", name="Mine 1:20").click()
    expect_saved(phone, "Matěj", "1:20")
    row(phone, "Anežka").get_by_role("link", name="Theirs 1:30").click()
    expect_saved(phone, "Anežka", "1:30")
    pill(phone, "1 in conflict")
    assert written()[5:] == [("Petra", "80")]


def test_a_new_version_of_laurel_in_between_loses_nothing(
    phone: Page, live_server: Server, running: list[Server], environ: dict[str, str], tmp_path: Path
) -> None:
    day = start_day()
    open_kept_sheet(phone, day)
    files = "async () => (await caches.keys()).filter((name) => name.startsWith('files '))"
    [old] = phone.evaluate(files)
    cut(phone, live_server)
    type_into(phone, "Anežka", "80")
    pill(phone, "1 waiting for the network")
    phone.context.set_offline(False)
    newer = NewVersion(environ, tmp_path, live_server)
    running.append(newer)
    newer.start()
    phone = again(phone, day)
    pill(phone, "All saved")
    expect_saved(phone, "Anežka", "1:20")
    until(
        phone,
        f"async (old) => {{ const names = await ({files})(); return names.length === 1 && names[0] !== old; }}",
        old,
    )
    assert len(written()) == 1
    cut(phone, newer)
    phone.reload()
    expect(field(phone, "Anežka")).to_have_value("1:20")
    assert "--of-the-new-version" in phone.evaluate("async () => (await fetch('/static/css/sheet.css')).text()")


class NewVersion(Server):
    """Laurel with another style sheet, at the address of the one before."""

    def __init__(self, environ: dict[str, str], folder: Path, old: Server) -> None:
        super().__init__(environ, folder / "newer.log")
        self.port, self.url = old.port, old.url
        place = folder / "newer"
        for part in ("app", "templates", "static", "migrations"):
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("icons"), symlinks=False)
        for file in ("wsgi.py", "gunicorn.conf.py"):
            shutil.copy(ROOT / file, place / file)
        shutil.copytree(ROOT / "static" / "vendor" / "icons", place / "static" / "vendor" / "icons")
        with (place / "static" / "css" / "sheet.css").open("a") as sheet:
            sheet.write(":root { --of-the-new-version: 1; }\n")
        command = ["gunicorn" if part == "gunicorn" else part for part in self.command]
        command[command.index("--bind") + 1] = f"127.0.0.1:{old.port}"
        self.command = ["sh", "-c", 'cd "$0" && exec "$@"', str(place), *command]


def test_a_session_that_ended_meanwhile_asks_to_sign_in_and_then_it_is_sent(phone: Page, live_server: Server) -> None:
    day = start_day()
    open_kept_sheet(phone, day)
    cut(phone, live_server)
    type_into(phone, "Anežka", "80")
    pill(phone, "1 waiting for the network")
    db.session.execute(update(LoginSession).values(revoked_at=now() - timedelta(minutes=1)))
    db.session.commit()
    mend(phone, live_server)
    pill(phone, "Sign in to send 1")
    assert written() == []
    phone.locator("#sheet-pill a").click()
    phone.get_by_label("Email").fill(day.petra.email or "")
    phone.get_by_label("Password").fill(make.PASSWORD)
    phone.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect_saved(phone, "Anežka", "1:20")
    assert written() == [("Petra", "80")]


def test_two_people_share_a_tablet_and_neither_sends_nor_sees_what_the_other_typed(
    phone: Page, live_server: Server
) -> None:
    day = start_day()
    open_kept_sheet(phone, day)
    phone.route("**/edits", lambda route: route.abort())
    type_into(phone, "Anežka", "80")
    pill(phone, "1 waiting for the network")
    phone.context.clear_cookies()
    sign_in(phone, day.tom)
    phone.unroute("**/edits")
    phone.goto(day.url)
    expect(phone.locator("#others")).to_have_text("1 typed by Petra on this device: they are sent when Petra signs in.")
    expect(field(phone, "Anežka")).to_have_value("")
    type_into(phone, "Matěj", "90")
    expect_saved(phone, "Matěj", "1:30")
    assert written() == [("Tom", "90")]
    phone.context.clear_cookies()
    sign_in(phone, day.petra)
    phone.goto(day.url)
    expect_saved(phone, "Anežka", "1:20")
    assert written() == [("Tom", "90"), ("Petra", "80")]
    expect(phone.locator("#others")).to_be_hidden()


def test_whoever_signs_in_next_is_not_shown_the_sheets_that_were_kept_before(phone: Page, live_server: Server) -> None:
    day = start_day()
    open_kept_sheet(phone, day)
    phone.context.clear_cookies()
    eva = make.user(name="Eva")
    sign_in(phone, eva)
    until(phone, READER, str(eva.id))
    cut(phone, live_server)
    phone.goto(day.url)
    expect(phone.get_by_role("heading", name="This is not on this device")).to_be_visible()


def test_what_laurel_refuses_stands_at_its_row_and_is_not_sent_for_ever(phone: Page) -> None:
    day = start_day()
    open_sheet(phone, day)
    pill(phone, "Online")
    db.session.execute(delete(GroupEvaluator))
    db.session.commit()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url) if request.url.endswith("/edits") else None)
    type_into(phone, "Anežka", "80")
    expect(row(phone, "Anežka")).to_contain_text("This page does not exist, or it is not yours to see.")
    pill(phone, "1 to settle")
    phone.wait_for_timeout(3000)
    assert len(sent) == 1
    db.session.add(GroupEvaluator(event_id=day.group.event_id, user_id=day.petra.id, group_id=day.group.id))
    db.session.commit()
    row(phone, "Anežka").get_by_role("button", name="Send again").click()
    expect_saved(phone, "Anežka", "1:20")


@pytest.mark.parametrize(("status", "headers"), [(429, {"Retry-After": "3"}), (503, {"Retry-After": "3"}), (502, {})])
def test_too_many_and_broken_answers_wait_and_are_sent_once(phone: Page, status: int, headers: dict[str, str]) -> None:
    open_sheet(phone, start_day())
    refuse_once(phone, lambda route: route.fulfill(status=status, headers=headers, body="<p>One moment</p>"))
    type_into(phone, "Anežka", "80")
    pill(phone, "1 waiting, Laurel is busy")
    expect_saved(phone, "Anežka", "1:20")
    assert len(written()) == 1


def test_an_answer_that_got_lost_on_its_way_is_not_stored_twice(phone: Page) -> None:
    open_sheet(phone, start_day())

    def lose(route: Route) -> None:
        assert route.fetch().status == 200
        route.abort()

    refuse_once(phone, lose)
    type_into(phone, "Anežka", "80")
    expect_saved(phone, "Anežka", "1:20")
    assert written() == [("Petra", "80")]


def refuse_once(page: Page, answer: Callable[[Route], None]) -> None:
    page.route("**/edits", answer, times=1)


def test_over_plain_http_the_outbox_still_works_and_the_pill_says_what_is_missing(
    live_server: Server, browser: Browser
) -> None:
    day = start_day()
    rules = "--host-resolver-rules=MAP laurel.example 127.0.0.1"
    plain = browser.browser_type.launch(executable_path=chromium.find(), args=[*chromium.ARGUMENTS, rules])
    page = plain.new_context(base_url=f"http://laurel.example:{live_server.port}", locale="en").new_page()
    open_sheet(page, day)
    assert page.evaluate("isSecureContext") is False
    expect(page.locator("#pill-missing")).to_contain_text("Without HTTPS")
    page.context.set_offline(True)
    type_into(page, "Anežka", "80")
    pill(page, "1 waiting for the network")
    page.context.set_offline(False)
    page.reload()
    expect_saved(page, "Anežka", "1:20")
    plain.close()
    db.session.rollback()
    assert db.session.query(Record).count() == 1


def test_what_a_judge_with_a_link_types_offline_is_stored_under_their_name(phone: Page, live_server: Server) -> None:
    day = start_day()
    _link, token = make_link(
        locked(Event, day.group.event_id), day.group, None, now() + timedelta(hours=1), by=make.user(Role.ADMIN)
    )
    db.session.commit()
    phone.goto(f"/judge/{token}")
    phone.get_by_label("Your name").fill("Nela")
    phone.get_by_role("button", name="Start scoring").click()
    expect(phone.get_by_role("main")).to_contain_text("60 m sprint")
    phone.goto(day.url)
    until(phone, KEPT, day.url)
    cut(phone, live_server)
    type_into(phone, "Anežka", "80")
    pill(phone, "1 waiting for the network")
    phone = again(phone, day)
    pill(phone, "1 waiting for the network")
    expect(field(phone, "Anežka")).to_have_value("80")
    mend(phone, live_server)
    pill(phone, "All saved")
    expect_saved(phone, "Anežka", "1:20")
    assert written() == [("Nela (link 1)", "80")]
