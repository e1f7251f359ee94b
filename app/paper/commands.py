"""`flask paper`: what a sheet looks like, for programs that read it back."""

from __future__ import annotations

import json

import click
from flask import Flask
from flask.cli import AppGroup

from ..extensions import db
from .models import PaperSheet

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
