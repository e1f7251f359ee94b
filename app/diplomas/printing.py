"""Printing in the worker: one PDF in order of award, and after that a zip of single ones.

Each is done once as a whole: what a killed worker left is not looked at, and made again from the same rows to the same
bytes. The file is kept and the diplomas count in one transaction.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TypeVar

from flask_babel import force_locale
from flask_babel import gettext as _

from .. import assets
from ..database import locked
from ..events.models import Event
from ..extensions import db
from ..jobs import enqueue, job, still_working
from ..spreadsheets import file_name
from . import actions, queries
from .kinds import RunState
from .models import Diploma, DiplomaTemplate, PrintRun
from .rendering import Labels, Renderer, Words
from .template import Template, What

AT_ONCE = 25
BREATH = 1.0

Result = TypeVar("Result")


@dataclass(frozen=True)
class Order:
    """All that is needed to print a run, without the database. `names` are those of single files."""

    templates: list[Template]
    files: dict[str, bytes]
    labels: Labels
    words: list[Words]
    names: list[str]
    made_at: datetime

    def renderer(self) -> Renderer:
        return Renderer(self.templates, self.files, self.labels)


@job
def print_diplomas(run_id: int) -> None:
    run = db.session.get(PrintRun, run_id)
    if run is None or run.state is not RunState.PENDING:
        return
    event_id, order = run.event_id, order_of(run)
    # Ends the transaction: printing takes its time, and must not keep others from writing.
    db.session.rollback()
    with order.renderer().open() as renderer:
        pdf = _breathing(lambda: renderer.pdf(order.words, made_at=order.made_at))
    key = assets.put(pdf)
    locked(Event, event_id)
    run = db.session.get(PrintRun, run_id, populate_existing=True)
    if run is None or run.state is not RunState.PENDING:
        assets.delete(key)
        return
    actions.finish_run(run, key)
    enqueue(pack_diplomas, run.id)


@job
def pack_diplomas(run_id: int) -> None:
    run = db.session.get(PrintRun, run_id)
    if run is None or run.state is not RunState.DONE or run.archive:
        return
    order = order_of(run)
    run.done = 0
    db.session.commit()
    with tempfile.TemporaryFile() as file:
        _pack(order, file, lambda done: _tell(run_id, done))
        key = assets.put_file(file)
    run = locked(PrintRun, run_id)
    run.archive, run.done = key, run.total


def order_of(run: PrintRun, only: Diploma | None = None) -> Order:
    diplomas = [only] if only else queries.diplomas_of(run)
    pairs = list(dict.fromkeys((one.template_id, one.template_revision) for one in diplomas))
    found = queries.layouts(pairs)
    templates = [found[pair].template for pair in pairs]
    language = db.session.get_one(DiplomaTemplate, pairs[0][0]).language
    return Order(
        templates,
        files_of(templates),
        labels_for(run.event, language),
        [
            Words(_fields(one), run.address + one.number, pairs.index((one.template_id, one.template_revision)))
            for one in diplomas
        ],
        [f"{one.position:04} {file_name(_title(one))}.pdf" for one in diplomas],
        run.created_at,
    )


def files_of(templates: Sequence[Template]) -> dict[str, bytes]:
    return {key: assets.read(key) for template in templates for key in template.files}


def labels_for(event: Event, language: str) -> Labels:
    with force_locale(language):
        return Labels(_("Diplomas: %(event)s", event=event.name), "Laurel", _("Code to verify this diploma"), language)


def _fields(diploma: Diploma) -> dict[What, str]:
    return {What(name): text for name, text in diploma.says.items()}


def _title(diploma: Diploma) -> str:
    return f"{diploma.says['participant_name']} {diploma.says['activity']}".strip()[:100]


def _pack(order: Order, file: IO[bytes], tell: Callable[[int], None]) -> None:
    """Each diploma a PDF of its own; dated as the large one is, so that it is always the same file."""
    stamp = order.made_at.timetuple()[:6]
    with order.renderer().open() as renderer, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, (name, words) in enumerate(zip(order.names, order.words, strict=True)):
            if number % AT_ONCE == 0:
                tell(number)
            archive.writestr(zipfile.ZipInfo(name, stamp), renderer.pdf([words], made_at=order.made_at))
    file.seek(0)


def _breathing(work: Callable[[], Result]) -> Result:
    """Do something long and say every now and then that it is still being done."""
    with ThreadPoolExecutor(1) as beside:
        working = beside.submit(work)
        while True:
            try:
                return working.result(timeout=BREATH)
            except TimeoutError:
                still_working()


def _tell(run_id: int, done: int) -> None:
    still_working()
    run = db.session.get(PrintRun, run_id)
    if run is not None:
        run.done = done
    db.session.commit()
