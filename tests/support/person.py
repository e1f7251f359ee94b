"""Somebody with a browser but without a script, against a server that runs for real."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from tests.support import make

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


class Person:
    def __init__(self, url: str) -> None:
        self.url = url
        self.csrf_token = ""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def sign_in(self, email: str, password: str = make.PASSWORD) -> None:
        self.get("/sign-in")
        answer = self.post("/sign-in", email=email, password=password, next="/account")
        assert "/account" in answer.text, answer.text

    def get(self, path: str) -> Answer:
        answer = self._open(urllib.request.Request(self.url + path))
        found = TOKEN.search(answer.text)
        if found:
            self.csrf_token = found[1]
        return answer

    def post(self, path: str, *, piece: bool = False, **form: str | list[str]) -> Answer:
        """Send a form with its token; `piece` as htmx would, so that only a part of the page comes back."""
        body = urllib.parse.urlencode({**form, "csrf_token": self.csrf_token}, doseq=True).encode()
        headers = {"HX-Request": "true"} if piece else {}
        return self._open(urllib.request.Request(self.url + path, body, headers))

    def send(self, path: str, body: bytes) -> Answer:
        """JSON, as a page's script does."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.csrf_token}
        return self._open(urllib.request.Request(self.url + path, body, headers))

    def _open(self, request: urllib.request.Request) -> Answer:
        """OSError when nobody answers."""
        try:
            with self._opener.open(request, timeout=30) as response:
                answer = Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                answer = Answer(error.code, error.read().decode())
        found = TOKEN.search(answer.text)
        self.csrf_token = found[1] if found else self.csrf_token
        return answer
