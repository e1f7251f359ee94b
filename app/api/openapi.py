"""The OpenAPI document of /api/v1, put together from what stands beside each view.

    @bp.get("/events")
    @allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
    @documented("The events you may see", answer=EventPage, query=EventsQuery)

Written by hand around pydantic's JSON Schemas (OpenAPI 3.1 takes them as they are): the errors have a shape of their
own and the views stay plain functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Rule

from .. import web
from .schemas import Error

PREFIX = "/api/v1/"
VERSION = "1.0"
ABOUT = (
    "Reads and writes the same data as the pages, under the same rules. Make a personal token on your account page and "
    "send it as `Authorization: Bearer laurel_…`; what it may be used for are its scopes, which stand beside each "
    "operation. Programs that people sign in to take `/api/v1/auth/login` instead, and send the access token in the "
    "same way, for every scope and `account` as well. Dates are ISO 8601, moments are in UTC, and values are exact: "
    "decimal numbers in text."
)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 128 visible ASCII characters. The same request sent again within 24 hours under the same key "
    "gets the same answer, with `Idempotent-Replayed: true`, and writes nothing. Errors are not remembered.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
REPLAYED = {"Idempotent-Replayed": {"description": "`true` for a remembered answer.", "schema": {"type": "string"}}}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
FILE: dict[str, Any] = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
            "required": ["file"],
        }
    },
    "application/octet-stream": {},
}

View = TypeVar("View", bound=Callable[..., Any])
Schema = type[BaseModel]


@dataclass(frozen=True)
class Operation:
    summary: str
    answer: Schema | None
    query: Schema | None = None
    body: Schema | None = None
    errors: Mapping[int, Schema] = field(default_factory=dict)
    idempotent: bool = False
    takes_file: bool = False
    status: int = 200
    file: str = ""

    @property
    def schemas(self) -> set[Schema]:
        return {Error, *self.errors.values(), *filter(None, (self.answer, self.body))}


def documented(
    summary: str,
    *,
    answer: Schema | None,
    query: Schema | None = None,
    body: Schema | None = None,
    errors: Mapping[int, Schema] | None = None,
    idempotent: bool = False,
    takes_file: bool = False,
    status: int = 200,
    file: str = "",
) -> Callable[[View], View]:
    """Say what a view takes and answers. Errors that every view has (401, 403, 404, 500) need not be named.

    With `file`, the body may as well come as a form of several parts, with a file in that one.
    """

    def mark(view: View) -> View:
        view.operation = Operation(  # type: ignore[attr-defined]
            summary, answer, query, body, errors or {}, idempotent, takes_file, status, file
        )
        return view

    return mark


def document(app: Flask) -> dict[str, Any]:
    operations = list(_operations(app))
    schemas = sorted({schema for *_, operation in operations for schema in operation.schemas}, key=lambda s: s.__name__)
    _refs, shapes = models_json_schema(
        [(schema, "validation") for schema in schemas], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in operations:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method] = _describe(rule, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Laurel", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": shapes["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(PREFIX):
            operation = getattr(app.view_functions[rule.endpoint], "operation", None)
            if operation is None:
                raise LookupError(f"{rule.endpoint} is not documented")
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), operation


def _describe(rule: Rule, operation: Operation) -> dict[str, Any]:
    access = web.access_rule(rule.endpoint) or ""
    guarded, scope = access != "everyone", ":".join(access.split(":")[2:])
    described: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "security": [{"token": [scope]}] if guarded else [],
        "parameters": [*_path_parameters(rule), *_query_parameters(operation)],
        "responses": {str(operation.status): _success(operation)},
    }
    if operation.idempotent:
        described["parameters"].append(IDEMPOTENCY_KEY)
    if operation.body:
        described["requestBody"] = {"required": True, "content": _body(operation.body, operation.file)}
    if operation.takes_file:
        described["requestBody"] = {"required": True, "content": FILE}
    for status, schema in sorted(_errors(rule, operation, guarded).items()):
        described["responses"][str(status)] = _response(status, schema, RETRY_AFTER if status in {429, 503} else None)
    return described


def _errors(rule: Rule, operation: Operation, guarded: bool) -> dict[int, Schema]:
    statuses = [500, 503]
    if guarded:
        statuses += [401, 403]
    if rule.arguments:
        statuses.append(404)
    return dict.fromkeys(statuses, Error) | dict(operation.errors)


def _path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query:
        for name, schema in operation.query.model_json_schema()["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}


def _success(operation: Operation) -> dict[str, Any]:
    if operation.status == 204:
        return {"description": HTTP_STATUS_CODES[204]}
    return _response(operation.status, operation.answer, REPLAYED if operation.idempotent else None)


def _body(schema: Schema, file: str) -> dict[str, Any]:
    content = _json(schema)
    if file:
        picture = {"properties": {file: {"type": "string", "contentMediaType": "application/octet-stream"}}}
        reference = content["application/json"]["schema"]
        content["multipart/form-data"] = {"schema": {"allOf": [reference, picture]}}
    return content


def _response(status: int, schema: Schema | None, headers: dict[str, Any] | None) -> dict[str, Any]:
    described = {"description": HTTP_STATUS_CODES[status], "content": _json(schema)}
    return {**described, "headers": headers} if headers else described


def _json(schema: Schema | None) -> dict[str, Any]:
    shape = {"$ref": f"#/components/schemas/{schema.__name__}"} if schema else {"type": "object"}
    return {"application/json": {"schema": shape}}
