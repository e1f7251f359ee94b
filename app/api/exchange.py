"""Requests and answers as the documented shapes."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from flask import Response, abort, request
from pydantic import BaseModel, ValidationError

from .. import web
from .blueprint import LARGEST_BODY
from .errors import errors_in, refused_items

Shape = TypeVar("Shape", bound=BaseModel)


def query_of(shape: type[Shape]) -> Shape:
    return _validated(shape, request.args.to_dict())


def body_of(shape: type[Shape]) -> Shape:
    if request.mimetype != "application/json":
        abort(415)
    return _validated(shape, web.json_body(LARGEST_BODY))


def form_of(shape: type[Shape]) -> Shape:
    return _validated(shape, request.form.to_dict())


def _validated(shape: type[Shape], given: Any) -> Shape:
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise refused_items(errors_in(error)) from None


def answer_with(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")


def answer_json(answer: dict[str, Any], *, replayed: bool = False) -> Response:
    response = Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
