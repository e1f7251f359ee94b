from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel

from app.api import schemas, standing_schemas

from .conftest import Games, Script


@pytest.fixture
def document(client: FlaskClient) -> Any:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    return answer.json


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_address_under_api_v1_is_documented(app: Flask, document: Any) -> None:
    there = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == there


def test_the_document_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["info"]) >= {"title", "version"}
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, _method, operation in operations(document):
        in_path = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert operation["summary"]
        assert all(response["description"] for response in operation["responses"].values())


def test_every_reference_leads_somewhere(document: Any) -> None:
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= schemas


def test_every_guarded_operation_tells_its_errors(document: Any) -> None:
    for path, _method, operation in operations(document):
        if operation["security"]:
            assert {"401", "403", "500"} <= set(operation["responses"])
            assert len({"200", "201", "202", "204"} & set(operation["responses"])) == 1
            assert ("404" in operation["responses"]) == ("{" in path)


def test_the_errors_of_a_write_are_told_with_their_shapes(document: Any) -> None:
    responses = document["paths"]["/api/v1/events/{event_id}/records"]["post"]["responses"]
    shapes = {
        status: response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for status, response in responses.items()
    }
    assert shapes == {
        "200": "Saved",
        "400": "Error",
        "401": "Error",
        "403": "ItemErrors",
        "404": "Error",
        "409": "Conflicts",
        "413": "Error",
        "415": "Error",
        "422": "Doubts",
        "429": "Error",
        "500": "Error",
        "503": "Error",
    }
    assert "Retry-After" in responses["429"]["headers"]


def test_the_shape_of_an_error_is_what_every_error_has(document: Any) -> None:
    for name in ("Error", "ItemErrors", "Conflicts"):
        assert {"detail", "error_code", "request_id"} <= set(document["components"]["schemas"][name]["required"])


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/events", schemas.EventPage),
        ("", schemas.EventDetail),
        ("/participants", schemas.ParticipantPage),
        ("/standings", standing_schemas.Standings),
    ],
)
def test_answers_have_the_documented_shape_and_order(
    games: Games, admin: Script, path: str, shape: type[BaseModel]
) -> None:
    wanted = [{"participant": games.alice.id, "activity": "Throw", "value": [1, "DNS"]}]
    assert admin.post(games.records, {"records": wanted}).status_code == 200
    answer = admin.get(path if path.startswith("/") and "events" in path else games.url + path)
    assert shape.model_validate_json(answer.data).model_dump_json() == answer.text


def test_errors_have_the_documented_shape(games: Games, admin: Script) -> None:
    wrong = {"records": [{"participant": games.alice.id, "activity": "Run", "value": "?"}]}
    schemas.ItemErrors.model_validate_json(admin.post(games.records, wrong).data, strict=True)
    stale = {"records": [{"participant": games.alice.id, "activity": "Run", "value": 1, "version": 3}]}
    schemas.Conflicts.model_validate_json(admin.post(games.records, stale).data, strict=True)
    schemas.Error.model_validate_json(admin.get("/api/v1/nothing").data, strict=True)
