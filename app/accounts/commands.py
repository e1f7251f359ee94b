from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from ..extensions import db
from . import actions, queries
from .models import Role
from .passwords import LONGEST, SHORTEST

users = AppGroup("users", help="People and their roles.")


def init_app(app: Flask) -> None:
    app.cli.add_command(users)


@users.command("create")
@click.argument("email")
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.ADMIN.value, show_default=True)
@click.password_option(help="Asked for when it is not given.")
def create(email: str, name: str, role: str, password: str) -> None:
    """Make an account that can sign in at once."""
    if "@" not in email:
        raise click.BadParameter("this is not an email address", param_hint="EMAIL")
    if not SHORTEST <= len(password) <= LONGEST:
        raise click.BadParameter(f"a password has {SHORTEST} to {LONGEST} characters", param_hint="--password")
    if queries.user_by_email(email):
        raise click.ClickException(f"{email} has an account already")
    actions.create_user(email, name, Role(role), password, by=None)
    db.session.commit()
    click.echo(f"{name} can sign in as {queries.fold_email(email)}.")
