"""A bucket on a loopback port that speaks S3 as far as Laurel does, and lets in only whom their signature proves.

Signatures as in "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, REGION = "laurel-tests", "a secret that only the tests use", "eu-central-1"


class Bucket(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.asked: list[tuple[str, int]] = []

    @property
    def environ(self) -> dict[str, str]:
        """The variables that lead a client here."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }


@contextmanager
def running() -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def do_PUT(self) -> None:
        body = self._body()
        if self._let_in(body):
            self.server.files[self.path] = (body, datetime.now(UTC))
            self._answer(200, headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def do_GET(self) -> None:
        if not self._let_in(b""):
            return
        url = urlsplit(self.path)
        if "list-type" in dict(parse_qsl(url.query)):
            self._answer(200, self._listed(url.path, dict(parse_qsl(url.query)).get("prefix", "")))
        elif url.path in self.server.files:
            body, put_at = self.server.files[url.path]
            self._answer(200, body, {"ETag": '"x"', "Last-Modified": format_datetime(put_at, usegmt=True)})
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        if self._let_in(b""):
            self.server.files.pop(self.path, None)
            self._answer(204)

    def do_POST(self) -> None:
        """Several deletes in one request."""
        body = self._body()
        if self._let_in(body):
            keys = [part.partition("</Key>")[0] for part in body.decode().split("<Key>")[1:]]
            for key in keys:
                self.server.files.pop(f"{urlsplit(self.path).path.rstrip('/')}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

    def _listed(self, bucket: str, prefix: str) -> bytes:
        root = f"{bucket.rstrip('/')}/"
        found = [
            f"<Contents><Key>{escape(path.removeprefix(root))}</Key><Size>{len(body)}</Size>"
            f"<LastModified>{put_at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified><ETag>x</ETag></Contents>"
            for path, (body, put_at) in sorted(self.server.files.items())
            if path.startswith(root + prefix)
        ]
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>".encode()

    def _let_in(self, body: bytes) -> bool:
        good = hmac.compare_digest(self._signature(body), self.headers.get("Authorization", "").rpartition("=")[2])
        self.server.asked.append((self.command, 200 if good else 403))
        if not good:
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        return good

    def _signature(self, body: bytes) -> str:
        fields = dict(part.strip().split("=", 1) for part in self.headers["Authorization"].partition(" ")[2].split(","))
        names, scope = fields["SignedHeaders"], fields["Credential"].partition("/")[2]
        url = urlsplit(self.path)
        asked = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(url.query, True)]
        query = "&".join(sorted(f"{name}={value}" for name, value in asked))
        headers = "".join(f"{name}:{self.headers[name].strip()}\n" for name in names.split(";"))
        claimed = self.headers["x-amz-content-sha256"]
        if claimed not in {hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"}:
            return "another body"
        request = "\n".join([self.command, url.path, query, headers, names, claimed])
        moment = self.headers["x-amz-date"]
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{SECRET_KEY}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at `asked`."""
