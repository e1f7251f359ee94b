"""Every component of the look, and the pages that colleagues copy their markup from. Not served in production.

Its words are examples, so they are in English alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, flash
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from . import web

EXAMPLES = {
    "home": "Home of an organiser",
    "sheets": "Home of an evaluator",
    "sheet": "Sheet",
    "attempts": "Sheet with attempts",
    "board": "Board",
    "hall": "Board in a hall",
    "import": "Import",
    "sign-in": "Sign in",
    "error": "Error",
}

bp = Blueprint("styleguide", __name__)


@dataclass(frozen=True)
class Somebody:
    """Stands in for the signed-in user."""

    name: str = "Věra Malá"
    is_admin: bool = True
    is_super_admin: bool = True
    is_evaluator: bool = True
    avatar: None = None


class EventForm(FlaskForm):  # type: ignore[misc]
    name = StringField("Name", [DataRequired("Give the event a name.")])
    place = StringField("Place")
    held_on = DateField("Day", [DataRequired("31 February does not exist. Write the day as 2026-06-13.")])
    status = SelectField("Status", choices=[SelectChoice("draft", "Draft"), SelectChoice("active", "Active")])
    visibility = RadioField(
        "Who may see the board",
        choices=[SelectChoice("private", "Only its staff"), SelectChoice("link", "Whoever has the link")],
        default="link",
    )
    note = TextAreaField("Note for evaluators")
    start_list = FileField("Start list")
    password = PasswordField("Password", [DataRequired("Type the password.")])
    checked = BooleanField("A second person types every value again")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/styleguide")
@web.public
def show() -> Response:
    choices = {"status": "draft", "visibility": "link"}
    form = EventForm(formdata=None, data={"name": "Summer games 2026", **choices})
    refused = EventForm(formdata=None, data={"place": "Brno", **choices}, prefix="refused", meta={"csrf": False})
    refused.validate()
    return web.render(
        "styleguide/show.html", form=form, refused=refused, examples=EXAMPLES, signed_in=True, current_user=Somebody()
    )


@bp.get("/styleguide/<name>")
@web.public
def example(name: str) -> Response:
    """One whole page. Its template has the markup to copy."""
    if name not in EXAMPLES:
        abort(404)
    if name == "error":
        abort(403)
    if name == "home":
        flash("Summer games 2026 is active now. Evaluators can begin.", "ok")
    form = EventForm(formdata=None)
    return web.render(f"styleguide/{name}.html", form=form, signed_in=name != "sign-in", current_user=Somebody())
