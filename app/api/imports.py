"""A file of people and its results, in one request."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from ..accounts.access import me
from ..events.importing import actions, queries
from ..events.importing.mapping import encoded
from ..events.importing.plan import Plan, Verdict
from ..events.importing.queries import Reading
from ..events.importing.reading import LARGEST, read_table
from ..events.importing.table import Table, UnreadableFile
from ..events.importing.text import clean
from ..events.models import Event
from .errors import MOST_SHOWN, refusal
from .import_schemas import HowRead, Imported, ImportQuery, RowError

LARGEST_BODY = LARGEST + 65_536
LONGEST_FILENAME = 200


def sent_file() -> tuple[str, bytes]:
    """Its name and what is in it: the part `file` of a form, or the body as it is."""
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise refusal(422, "missing", _("Send the file as “file”."))
        with file.stream:
            return clean((file.filename or "").rpartition("/")[2])[-LONGEST_FILENAME:], file.stream.read()
    return "", request.get_data()


def table_in(data: bytes, query: ImportQuery) -> Table:
    try:
        return read_table(
            data,
            encoding=query.encoding,
            delimiter=query.delimiter,
            decimals=query.decimals,
            sheet=query.sheet,
            header_row=query.header_row,
        )
    except UnreadableFile as unreadable:
        raise refusal(422, "unreadable", str(unreadable.message)) from None


def bring_in(event: Event, filename: str, data: bytes, table: Table, query: ImportQuery) -> Imported:
    """Under the event's lock: written as a whole, or not at all."""
    options = {"fields": {}, "group": clean(query.group)}
    reading = queries.understood(table, options, queries.open_activities(event))
    if reading.problems:
        raise refusal(422, "columns", " ".join(map(str, reading.problems)))
    plan = queries.plan(event, reading)
    answer = _answer(reading, plan, query)
    if query.dry_run:
        return answer
    if answer.errors and not query.leave_out:
        errors = [error.model_dump() for error in answer.errors]
        raise refusal(
            422, "invalid", _("Some rows are refused: nothing was done."), errors=errors, error_count=answer.error_count
        )
    import_ = actions.create_import(event, filename, data, table, by=me())
    import_.options = {**import_.options, "group": reading.choices.group}
    actions.carry_out(import_, plan, by=me())
    return answer.model_copy(update={"import_id": import_.id})


def _answer(reading: Reading, plan: Plan, query: ImportQuery) -> Imported:
    counts, table = plan.counts, reading.table
    errors = [
        RowError(row=row.number, column=error.column, detail=str(error.message))
        for row in plan.rows
        for error in row.errors
    ]
    return Imported(
        dry_run=query.dry_run,
        import_id=None,
        new=counts[Verdict.NEW],
        changed=counts[Verdict.CHANGED],
        unchanged=counts[Verdict.UNCHANGED],
        refused=counts[Verdict.REFUSED],
        groups_new=[group.name for group in plan.groups_new],
        read=HowRead(
            kind=table.kind,
            encoding=table.encoding,
            delimiter=table.delimiter,
            decimals=table.decimals,
            sheet=table.sheet,
            header_row=table.header_row,
            columns=dict(zip(table.headers, map(encoded, reading.mapping.fields), strict=True)),
        ),
        errors=errors[:MOST_SHOWN],
        error_count=len(errors),
    )
