"""Whatever is done in whatever order, on every path: each change has its row of history, the newest row is what stands,
and nothing that was acknowledged is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app import audit
from app.accounts.actions import create_token
from app.accounts.models import Role
from app.api.routes import RECORDS_LIMIT
from app.changing.models import PlanChange
from app.database import locked, now
from app.events.importing.mapping import Result
from app.events.importing.results import ImportedResult, scorer
from app.events.kinds import ActivityState, Checking, EvaluationType
from app.events.models import Activity, Event, Participant
from app.events.presets import PRESETS
from app.extensions import db
from app.scoring.actions import NotOpen, plain_marks
from app.scoring.judges.actions import make_link
from app.scoring.models import Record, RecordChange
from tests.conftest import SignIn
from tests.events.importing.conftest import work
from tests.support import make

PEOPLE, ACTIVITIES = 3, 2
who = st.integers(0, PEOPLE - 1)
where = st.integers(0, ACTIVITIES - 1)
editor = st.integers(0, 1)
"""An evaluator or an admin."""
writer = st.integers(0, 2)
"""One of them, or a judge with a link."""
text = st.sampled_from(["9.58", "10.4", "12", "95.8", "1:02.3", "DNF", "DNS", "", "fast"])
stale = st.booleans()

Key = tuple[int, int]
Marks = tuple[str | None, ...]


class Machine(RuleBasedStateMachine):
    """One event with a sprint and a mean of five, an evaluator and an admin who both write, and a script."""

    def __init__(self, app: Flask, sign_in: SignIn) -> None:
        super().__init__()
        event = make.event()
        self.event, self.group, self.elsewhere = event, make.group(event), make.group(event)
        self.people = [make.participant(self.group, external_id=f"n{number}") for number in range(PEOPLE)]
        cubing = PRESETS["speedcubing"].marking
        self.activities = [
            make.activity(event, EvaluationType.TIME_LOW),
            make.activity(event, EvaluationType.SCORE_SET, marking=cubing),
        ]
        petra, self.ivan = make.user(Role.EVALUATOR, "Petra"), make.user(Role.ADMIN, "Ivan")
        make.assign(petra, self.group)
        self.browsers = [sign_in(petra), sign_in(self.ivan)]
        self.writers = [petra, self.ivan]
        for activity in self.activities:
            activity.checking = Checking.OPTIONAL
        event = locked(Event, event.id)
        _link, link = make_link(event, self.group, None, now() + timedelta(hours=1), by=self.ivan)
        _token, token = create_token(self.ivan, "script")
        db.session.commit()
        self.judge = app.test_client()
        assert self.judge.post("/judge", data={"token": link, "name": "Nela"}).status_code == 303
        self.script, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        self.acknowledged: Counter[tuple[Key, int]] = Counter()
        """What was answered as saved: whose record, and which version that made."""
        self.changes = 0

    def sheet(self, activity: int) -> str:
        return f"/sheets/{self.group.id}/{self.activities[activity].id}"

    def record(self, person: int, activity: int) -> Record | None:
        db.session.rollback()
        db.session.expire_all()
        return db.session.scalar(
            select(Record).where(
                Record.participant_id == self.people[person].id, Record.activity_id == self.activities[activity].id
            )
        )

    def history(self) -> list[tuple[Record, RecordChange]]:
        db.session.rollback()
        db.session.expire_all()
        rows = db.session.execute(
            select(Record, RecordChange)
            .join(RecordChange, RecordChange.record_id == Record.id)
            .where(Record.activity_id.in_([activity.id for activity in self.activities]))
            .order_by(RecordChange.id)
        )
        return [(record, change) for record, change in rows]

    # What people and scripts do ---------------------------------------------------------------------------------

    @rule(
        person=who, activity=where, by=writer, text=text, stale=stale, confirmed=st.booleans(), place=st.integers(1, 5)
    )
    def types(self, person: int, activity: int, by: int, text: str, stale: bool, confirmed: bool, place: int) -> None:
        record, target, count = (
            self.record(person, activity),
            self.people[person].id,
            self.activities[activity].mark_count,
        )
        texts = [""] * count
        if record:
            texts = [str(mark.amount if mark.amount is not None else mark.status or "") for mark in record.marks]
        texts[(place - 1) % count] = text
        known = record.version if record else 0
        version = 0 if stale else known
        form = {f"value-{target}-{position}": one for position, one in enumerate(texts, start=1)}
        form[f"version-{target}"] = str(version)
        if confirmed:
            form[f"confirmed-{target}"] = "|".join(texts)
        browser = [*self.browsers, self.judge][by]
        answer = browser.post(f"{self.sheet(activity)}/{target}", data=form, headers={"HX-Request": "true"})
        assert answer.status_code in {200, 404, 409, 422}, answer.text[:300]
        if answer.status_code == 200 and answer.headers.get("HX-Trigger"):
            self.acknowledge(person, activity, known + 1)

    @rule(activity=where, by=editor, texts=st.lists(text, min_size=PEOPLE, max_size=PEOPLE), key=st.integers(0, 3))
    def sends_from_an_outbox(self, activity: int, by: int, texts: list[str], key: int) -> None:
        """Everybody's row at once; some keys come again, with the same or with something else."""
        edits = []
        for index, person in enumerate(self.people):
            record = self.record(index, activity)
            marks = [texts[index]] * self.activities[activity].mark_count
            version = record.version if record and index else 0
            edits.append(
                {
                    "key": f"key-{key}-{person.id}-{activity}",
                    "participant": person.id,
                    "version": version,
                    "marks": marks,
                    "confirmed": bool(key % 2),
                }
            )
        before = len(self.history())
        body = {"user": str(self.writers[by].id), "edits": edits}
        answer = self.browsers[by].post(f"{self.sheet(activity)}/edits", json=body)
        assert answer.status_code in {200, 404, 409}, answer.text[:300]
        new = self.history()[before:]
        said = [one["verdict"] for one in (answer.json or {}).get("answers", ())]
        assert said.count("saved") >= len(new)
        self.took_in(new)

    @rule(person=who, activity=where, by=editor, text=text)
    def checks(self, person: int, activity: int, by: int, text: str) -> None:
        """Typed a second time: nothing changes but that it may be checked."""
        form = {
            f"value-{self.people[person].id}-{place}": text
            for place in range(1, self.activities[activity].mark_count + 1)
        }
        before = len(self.history())
        answer = self.browsers[by].post(f"{self.sheet(activity)}/check", data=form)
        assert answer.status_code in {303, 403, 404, 409, 422}, answer.text[:300]
        assert len(self.history()) == before

    @rule(
        kind=st.sampled_from(["withdraw", "quit", "swap", "move", "merge"]),
        one=who,
        other=who,
        wins=st.sampled_from(["first", "second"]),
    )
    def changes_the_plan(self, kind: str, one: int, other: int, wins: str) -> None:
        url = f"/events/{self.event.id}/changes"
        wanted = {"kind": kind, "one": self.people[one].id, "other": self.people[other].id, "group": self.elsewhere.id}
        wanted |= {f"wins-{activity.id}": wins for activity in self.activities}
        page = self.browsers[1].get(f"{url}/new", query_string=wanted).text
        seen = page.partition('name="fingerprint" value="')[2][:24]
        form = {**wanted, "fingerprint": seen}
        self.written_by(lambda: self.browsers[1].post(url, data=form).status_code, {303, 409})

    @rule()
    def undoes_a_change_of_the_plan(self) -> None:
        made = db.session.scalars(select(PlanChange.id).order_by(PlanChange.id.desc()).limit(1)).first()
        if made is not None:
            url = f"/events/{self.event.id}/changes/{made}/undo"
            self.written_by(lambda: self.browsers[1].post(url).status_code, {303, 404, 409})

    @rule(person=who, text=st.sampled_from(["11.3", "12.5", "13"]), take_back=st.booleans())
    def brings_in_a_file(self, person: int, text: str, take_back: bool) -> None:
        """And perhaps takes it back."""
        target, sprint = self.people[person], self.activities[0]
        head = f"external_id,display_name,group_name,{sprint.name}"
        file = f"{head}\nn{person},{target.display_name},{self.group.name},{text}\n"
        url = f"/events/{self.event.id}/imports"
        uploaded = self.browsers[1].post(url, data={"file": (BytesIO(file.encode()), "results.csv")}).location
        page = self.browsers[1].get(uploaded).text
        form = {"fingerprint": page.partition('name="fingerprint" value="')[2].partition('"')[0]}

        def bring_in() -> int:
            status = self.browsers[1].post(f"{uploaded}/apply", data=form).status_code
            work()
            return status

        self.written_by(bring_in, {303, 422})
        if take_back:
            self.written_by(lambda: self.browsers[1].post(f"{uploaded}/undo").status_code, {303, 409})

    @rule(person=who, activity=where, text=text)
    def sends(self, person: int, activity: int, text: str) -> None:
        several = self.activities[activity].mark_count > 1
        item = {"participant": self.people[person].id, "activity": self.activities[activity].id, "confirmed": True}
        body: dict[str, Any] = {"records": [{**item, "value": [text] if several else text}]}
        answer = self.script.post(f"/api/v1/events/{self.event.id}/records", json=body, headers=self.headers)
        assert answer.status_code in {200, 409, 422}, answer.text
        if answer.status_code == 200 and answer.json and answer.json["saved"]:
            self.acknowledge(person, activity, answer.json["records"][0]["version"])

    @rule(person=who, activity=where, text=st.sampled_from(["11.11", "0:12", None]))
    def imports(self, person: int, activity: int, text: str | None) -> None:
        before = self.record(person, activity)
        version, event = before.version if before else 0, locked(Event, self.event.id)
        result = ImportedResult(Result(self.activities[activity].id, 1), self.people[person].id, text)
        try:
            scorer().save(event, [result], by=self.ivan)
            db.session.commit()
        except (NotOpen, LookupError):
            db.session.rollback()
            return
        after = self.record(person, activity)
        if after and after.version > version:
            self.acknowledge(person, activity, version + 1)

    @rule(activity=where, by=editor)
    def undoes(self, activity: int, by: int) -> None:
        self.written_by(lambda: self.browsers[by].post(f"{self.sheet(activity)}/undo").status_code, {303, 409})

    @rule(activity=where, by=editor, back=st.integers(0, 8))
    def puts_back(self, activity: int, by: int, back: int) -> None:
        history = [change for record, change in self.history() if record.activity_id == self.activities[activity].id]
        if not history:
            return
        before = history[-1 - back % len(history)].at.isoformat()
        page = self.browsers[by].get(f"{self.sheet(activity)}/back", query_string={"before": before}).text
        fingerprint = page.partition('name="fingerprint" value="')[2][:32]
        form = {"before": before, "fingerprint": fingerprint}
        self.written_by(
            lambda: self.browsers[by].post(f"{self.sheet(activity)}/back", data=form).status_code, {303, 409}
        )

    def written_by(self, act: Any, expected: set[int]) -> None:
        """Do it; what it wrote is known by its rows, which may be several."""
        before = len(self.history())
        assert act() in expected
        self.took_in(self.history()[before:])

    def took_in(self, new: list[tuple[Record, RecordChange]]) -> None:
        self.acknowledged.update(
            ((record.participant_id, record.activity_id), change.version) for record, change in new
        )
        self.changes += len(new)

    def acknowledge(self, person: int, activity: int, version: int) -> None:
        self.acknowledged[(self.people[person].id, self.activities[activity].id), version] += 1
        self.changes += 1

    # What happens around them -----------------------------------------------------------------------------------

    @rule(activity=where, state=st.sampled_from(["OPEN", "LOCKED"]))
    def locks(self, activity: int, state: str) -> None:
        held = locked(Activity, self.activities[activity].id)
        held.state = ActivityState(state)
        db.session.commit()

    @rule(person=who, what=st.sampled_from(["return", "delete"]))
    def leaves(self, person: int, what: str) -> None:
        data = {"people": [self.people[person].id]}
        if what == "delete" and not self.has_history(person):
            return  # Who has none may go, and would be missed by the rules above.
        self.browsers[1].post(f"/events/{self.event.id}/participants/{what}", data=data)
        db.session.rollback()
        assert db.session.get(Participant, self.people[person].id) is not None

    def has_history(self, person: int) -> bool:
        return any(record.participant_id == self.people[person].id for record, _change in self.history())

    # What always holds ------------------------------------------------------------------------------------------

    @invariant()
    def history_is_whole(self) -> None:
        rows = self.history()
        assert len(rows) == self.changes
        by_record: defaultdict[int, list[RecordChange]] = defaultdict(list)
        records = {record.id: record for record, _change in rows}
        for record, change in rows:
            by_record[record.id].append(change)
        for record_id, changes in by_record.items():
            record = records[record_id]
            assert [change.version for change in changes] == list(range(1, record.version + 1))
            assert all(after.old == before.new for before, after in pairwise(changes))
            assert changes[-1].new == plain_marks(mark.value for mark in record.marks)
            assert all(change.by_name and change.source for change in changes)
        made = Counter(((record.participant_id, record.activity_id), change.version) for record, change in rows)
        assert self.acknowledged == made

    def teardown(self) -> None:
        db.session.rollback()
        assert list(audit.broken_rows(self.event.id)) == []


@pytest.mark.usefixtures("context")
@pytest.mark.both_databases
def test_every_change_on_every_path_has_its_row(app: Flask, sign_in: SignIn) -> None:
    app.config[RECORDS_LIMIT] = "1000000 per minute"
    run_state_machine_as_test(
        lambda: Machine(app, sign_in),  # type: ignore[arg-type]
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=[Phase.generate],
        ),
    )
