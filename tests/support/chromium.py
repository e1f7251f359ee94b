"""Finds Chromium for the browser tests; run as a program, installs it where the system allows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "Chromium is missing: the browser tests are left out. Install the package `chromium` to run them."


def find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def required() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def install() -> None:
    """With Debian's packages, as root only: nobody wants to be asked for a password by a test run."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("Installing Chromium for the browser tests ...")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-qq", *arguments], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        if done.returncode != 0:
            say(f"apt-get {' '.join(arguments)} failed.")
            return


def main() -> int:
    if not find():
        install()
    if find():
        return 0
    say(MISSING)
    return 1 if required() else 0


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
