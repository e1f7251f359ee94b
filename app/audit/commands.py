from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from . import broken_rows

audit_group = AppGroup("audit", help="The audit log.")


def init_app(app: Flask) -> None:
    app.cli.add_command(audit_group)


@audit_group.command("verify")
def verify() -> None:
    """Check every chain of the log; name the first row of each that was altered or removed, and fail."""
    broken = list(broken_rows())
    for event_id, sequence, problem in broken:
        where = f"event {event_id}" if event_id else "the installation"
        click.echo(f"{where}, row {sequence}: {problem}")
    if broken:
        raise click.exceptions.Exit(1)
    click.echo("The audit log is whole.")
