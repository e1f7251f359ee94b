"""A desktop analyser of our own, over HTTP, against Laurel and a worker in processes of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app import sandbox as sandboxes
from app.sandbox import Sandbox
from app.sandbox.plays import checksum
from tests.conftest import StartServer, StartWorker
from tests.support import trips
from tests.support.trips import LARKSPUR

from .conftest import KEY, PORT, as_file, report, signed


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.running() as sandbox:
        yield sandbox


@pytest.mark.both_databases
def test_the_analyser_goes_from_the_sign_in_to_the_hall_of_fame(
    serve: StartServer, start_worker: StartWorker, sandbox: Sandbox
) -> None:
    settings = {"LAUREL_ENV": "development", "LAUREL_SANDBOX_URL": sandbox.url, "HMAC_SECRET_KEY": KEY}
    server = serve(**settings)
    start_worker(**settings)
    sandbox.register([server.url])
    with httpx.Client(base_url=server.url, trust_env=False) as browser:
        page = browser.get(f"/api/auth/login?callback_port={PORT}&client_type=desktop")
        assert page.status_code == 307
        back = browser.get(trips.agree(page.headers["Location"], LARKSPUR))
        assert back.status_code == 307
    told = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}
    headers = {"Authorization": f"Bearer {told['jwt_token']}"}
    with httpx.Client(base_url=f"{server.url}/api", headers=headers, trust_env=False, timeout=30) as analyser:
        assert analyser.get("/proxy/me").json()["id"] == LARKSPUR
        assert analyser.get("/proxy/users/Larkspur", params={"key": "username"}).json()["id"] == LARKSPUR
        best: list[dict[str, object]] = []
        while found := analyser.get(
            f"/proxy/users/{LARKSPUR}/scores/best", params={"limit": 50, "offset": len(best), "mode": "osu"}
        ).json():
            best += found
        assert len(best) == sandbox.players[LARKSPUR].scores
        ids = [2_900_001 + number for number in range(50)]
        maps = analyser.get("/proxy/beatmaps", params={"ids[]": ids}).json()["beatmaps"]
        assert [one["id"] for one in maps] == ids
        assert analyser.get("/proxy/beatmaps/lookup", params={"checksum": checksum(ids[0])}).json()["id"] == ids[0]
        assert analyser.get("/proxy/beatmaps/5").status_code == 404
        sandbox.fault("/api/v2/users", status=502)
        assert analyser.get("/proxy/users/2").status_code == 502
        sandbox.faults.clear()
        data = as_file(report())
        sent = analyser.post(
            "/hall-of-fame/submit",
            data={"report_summary": "{}", "hmac_signature": signed(data)},
            files={"report_file": ("analysis_results.json", data)},
        )
        assert (sent.status_code, sent.json()["message"]) == (200, "Submission successful")
        refused = analyser.post(
            "/hall-of-fame/submit",
            data={"report_summary": "{}", "hmac_signature": "0" * 64},
            files={"report_file": ("analysis_results.json", data)},
        )
        assert refused.status_code == 403
        assert [one["username"] for one in analyser.get("/hall-of-fame/").json()] == ["Larkspur"]
        until = time.monotonic() + 30
        while analyser.get("/submissions/Larkspur").json()["lost_scores"][0]["beatmapset_id"] is None:
            assert time.monotonic() < until, "the worker asks osu! for the maps"
            time.sleep(0.2)
    stranger = httpx.get(f"{server.url}/api/proxy/me", trust_env=False)
    assert (stranger.status_code, set(stranger.json()) >= {"detail"}) == (401, True)
