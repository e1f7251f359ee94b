"""`flask paper`: what a sheet looks like, for programs that read it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from ..extensions import db
from . import scans
from .models import PaperSheet
from .reading import reader
from .reading.reader import Photo, Taken, Unreadable

paper = AppGroup("paper", help="Printed sheets.")


def init_app(app: Flask) -> None:
    app.cli.add_command(paper)


@paper.command("layout")
@click.argument("sheet", type=int)
@click.option("--json", "as_json", is_flag=True, help="All of it, for a program.")
def layout(sheet: int, as_json: bool) -> None:
    """Where everything is on a sheet, in millimetres from its upper left corner."""
    found = db.session.get(PaperSheet, sheet)
    if found is None:
        raise click.ClickException(f"There is no sheet {sheet}.")
    told = {
        "sheet": found.id,
        "version": found.version,
        "event": found.event.name,
        "group": found.group.name,
        "activity": found.activity.name,
        **found.layout,
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    pages = found.layout["pages"]
    click.echo(
        f"{told['activity']}, {told['group']}, version {found.version}: {len(pages)} pages of "
        f"{found.layout['width']} x {found.layout['height']} mm, {sum(len(p['rows']) for p in pages)} rows"
    )


@paper.command("read")
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="A line of JSON a page, for a program.")
def read(photos: tuple[Path, ...], as_json: bool) -> None:
    """What is written on photos of sheets. Nothing is saved."""
    for photo in photos:
        for told in _pages(photo):
            if as_json:
                click.echo(json.dumps({"photo": str(photo), **told}, ensure_ascii=False))
            elif "refused" in told:
                click.echo(f"{photo}: refused, {told['refused']}")
            else:
                click.echo(f"{photo}: sheet {told['sheet']}, page {told['page']}, version {told['version']}")
                for row in told["rows"]:
                    value = row["tick"] or " ".join(mark["value"] for mark in row["marks"])
                    click.echo(f"  {row['state']:6} {row['name']}: {value}  {' '.join(row['reasons'])}")


def _pages(photo: Path) -> list[dict[str, Any]]:
    try:
        with Photo(photo.read_bytes()) as opened:
            return [_told(opened, taken) for taken in opened.pictures]
    except Unreadable as problem:
        return [{"refused": problem.reason.value}]


def _told(photo: Photo, taken: Taken) -> dict[str, Any]:
    try:
        code = reader.code_of(taken)
        sheet = scans.sheet_of(code)
        rows, _flat = photo.read(taken, sheet.layout, code.page, scans.ends_of(sheet.activity))
    except Unreadable as problem:
        return {"refused": problem.reason.value}
    return {
        "sheet": sheet.id,
        "page": code.page,
        "version": sheet.version,
        "is_newest": scans.is_newest(sheet),
        "rows": rows,
    }
