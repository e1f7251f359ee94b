"""The Dockerfile and compose.yaml, checked by reading: the tests have no Docker. They name what is there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask

from app.config import ROOT, Settings

Instruction = tuple[str, str]

DOCKERFILE = (ROOT / "Dockerfile").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "laurel"}


def instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _space, rest in (line.partition(" ") for line in joined.splitlines())]


def stages() -> dict[str, list[Instruction]]:
    found: dict[str, list[Instruction]] = {}
    for word, rest in instructions(DOCKERFILE):
        if word == "FROM":
            _image, _as, name = rest.partition(" AS ")
            found[name or "last"] = []
        found[next(reversed(found))].append((word, rest))
    return found


def copies(of: list[Instruction]) -> Iterator[tuple[str | None, list[str]]]:
    """The stage and the sources of each COPY."""
    for word, rest in of:
        if word == "COPY":
            *sources, _target = shlex.split(rest)
            origin = next((part.removeprefix("--from=") for part in sources if part.startswith("--from=")), None)
            yield origin, [source for source in sources if not source.startswith("--")]


def ignored(path: str) -> bool:
    """.dockerignore leaves everything out but what it names with a `!`."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    return not any(path == line[1:] or path.startswith(f"{line[1:]}/") for line in lines if line.startswith("!"))


def test_everything_that_is_copied_exists_and_reaches_the_builder() -> None:
    sources = [
        source for stage in stages().values() for origin, names in copies(stage) if not origin for source in names
    ]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists() or ignored(source)] == []


def test_stages_are_named_before_they_are_used() -> None:
    known: set[str] = set()
    for name, stage in stages().items():
        base = stage[0][1].partition(" AS ")[0]
        assert base in known or re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base), base
        assert {origin for origin, _sources in copies(stage) if origin} <= known
        known.add(name)


def test_packages_come_from_the_locks_with_their_hashes_and_none_of_development() -> None:
    installs = re.findall(r"pip .*?install .*", DOCKERFILE)
    assert len(installs) == 2
    assert all("--require-hashes" in install and "--no-deps" in install for install in installs)
    assert {install.split()[-1] for install in installs} == {"requirements.txt", "requirements-node.txt"}
    assert "requirements-dev" not in DOCKERFILE


def test_front_end_and_translations_are_made_as_make_makes_them() -> None:
    assert "-P app/frontend.py" in MAKEFILE
    assert "RUN python -P app/frontend.py" in DOCKERFILE
    assert "pybabel --quiet compile --input-file $< --output-file $@" in MAKEFILE
    assert 'pybabel --quiet compile --input-file "$1" --output-file "${1%.po}.mo"' in DOCKERFILE


def test_it_runs_as_nobody_in_particular() -> None:
    last = stages()["last"]
    [user] = [rest for word, rest in last if word == "USER"]
    assert f"useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin {user}" in DOCKERFILE
    after = [word for word, _rest in last[last.index(("USER", user)) :]]
    assert "RUN" not in after
    assert "COPY" not in after


def test_it_is_asked_whether_it_is_well(app: Flask) -> None:
    [check] = [rest for word, rest in stages()["last"] if word == "HEALTHCHECK"]
    program, _c, code = json.loads(check[check.index("[") :])
    assert program == "python"
    compile(code, "healthcheck", "exec")
    [path] = re.findall(r"\}(/\w+)'", code)
    assert app.test_client().get(path).status_code == 200


def test_the_roles_are_those_of_make_run() -> None:
    run = (ROOT / "app" / "supervisor.py").read_text()
    started = set(re.findall(r'children\.start\("(\w+)"', run)) - {"redis", "sandbox"}
    assert started == {"web", "worker", "scheduler"}
    assert set(OURS) == started | {"migrate"}
    assert set(COMPOSE["services"]) == set(OURS) | {"database", "cache", "mail"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_role_runs_a_command_that_exists(app: Flask, name: str) -> None:
    program, *arguments = OURS[name]["command"]
    if program == "gunicorn":
        assert arguments == ["wsgi:app"]
        return
    assert program == "flask"
    result = app.test_cli_runner().invoke(args=[*arguments, "--help"])
    assert result.exit_code == 0, result.output


def test_services_wait_for_what_they_need_and_all_of_it_is_there() -> None:
    for name, service in COMPOSE["services"].items():
        for needed, how in service.get("depends_on", {}).items():
            other = COMPOSE["services"][needed]
            if how["condition"] == "service_healthy":
                assert other["healthcheck"]["test"], f"{name} waits for {needed}"
            else:
                assert (how["condition"], other["restart"]) == ("service_completed_successfully", "no")
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
    assert all("migrate" in service["depends_on"] for name, service in OURS.items() if name != "migrate")


def test_other_images_are_pinned_and_only_the_web_server_and_caught_mail_can_be_reached_from_this_machine() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["image"] == "laurel" or re.search(r":v?\d+\.\d+", service["image"]), name
        assert ("ports" in service) == (name in {"web", "mail"}), name
        assert all(port.startswith(("127.0.0.1:", "${LISTEN:-127.0.0.1:")) for port in service.get("ports", ())), name


def test_mail_goes_to_the_catcher_with_an_address_that_laurel_takes() -> None:
    environment = OURS["worker"]["environment"]
    given = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in environment.items() if ":-" in value}
    required = {"SECRET_KEY": "yL9x-0Vq3_tR7bNw2KpZ5cJdS8mGhF4a", "LAUREL_PUBLIC_URL": "https://laurel.example.org"}
    settings = Settings.from_environment({**given, **required})
    assert settings.smtp is not None
    assert settings.smtp.host in COMPOSE["services"]
    assert COMPOSE["services"]["mail"]["healthcheck"]["test"]


def test_no_secret_is_written_down_and_none_may_be_missing() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for secret in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert re.search(rf"\$\{{{secret}:\?", text), secret
        assert not re.search(rf"\$\{{{secret}(:-[^}}]+)?\}}", text), secret


def test_settings_in_it_are_known() -> None:
    config = (ROOT / "README.md").read_text()
    known = set(re.findall(r"`([A-Z_]{4,})`", config))
    for service in OURS.values():
        assert set(service["environment"]) <= known
