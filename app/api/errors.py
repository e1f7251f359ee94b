"""Errors by item: what is wrong, where in the request it stands, and a code that does not change."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from ..web import json_refusal
from .schemas import ItemError

MOST_SHOWN = 100


refusal = json_refusal


def refused_items(errors: Sequence[ItemError], status: int = 422, code: str = "invalid") -> HTTPException:
    count = len(errors)
    detail = ngettext("One error: nothing was done.", "%(num)d errors: nothing was done.", count)
    shown = [error.model_dump() for error in errors[:MOST_SHOWN]]
    return refusal(status, code, detail, errors=shown, error_count=count)


def errors_in(error: ValidationError, index: int | None = None) -> list[ItemError]:
    """One for each field: a field that may hold several types has failed each of them, which is no news."""
    found: dict[str, ItemError] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        code, detail = _words(problem["type"])
        found.setdefault(field, ItemError(index=index, field=field, code=code, detail=detail))
    return list(found.values())


def _words(kind: str) -> tuple[str, str]:
    if kind == "missing":
        return "missing", _("This is missing.")
    if kind == "extra_forbidden":
        return "unknown_field", _("There is no field of this name.")
    if kind in {
        "greater_than_equal",
        "less_than_equal",
        "too_short",
        "too_long",
        "string_too_short",
        "string_too_long",
    }:
        return "out_of_range", _("This is smaller or larger than what is taken here.")
    return "wrong_type", _("This is not the kind of value that belongs here.")
