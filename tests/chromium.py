"""The browser of the browser tests: where it is, and how `make test` gets one.

`python -m tests.chromium` installs Chromium if none is found: from Debian's packages as
root, else with Playwright's own download. Without one the browser tests are skipped and
say why, so this never fails.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = (
    "chromium",
    "fonts-liberation",
    "fonts-noto-color-emoji",
    "fonts-noto-core",
    "libatomic1",  # Playwright's driver is linked to it
)
DOWNLOAD_SECONDS = 300


class NoBrowserError(Exception):
    """Browser tests cannot run here; the message says why."""


def find_chromium() -> str:
    """Find a Chromium that starts: $CHROMIUM, the system's, or Playwright's own.

    Raises:
        NoBrowserError: If there is none, or Playwright itself does not start.
    """
    if not _succeeds(sys.executable, "-m", "playwright", "--version"):
        raise NoBrowserError("Playwright's driver does not start; `playwright --version` says why")
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), _playwrights_own()):
        if path and _succeeds(path, "--version"):
            return path
    raise NoBrowserError("there is no Chromium, and `make test` could not install one")


def install_chromium() -> None:
    """Try each way of installing that is open to this user, until one gives a browser."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium and fonts with apt-get", flush=True)
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES)
    if not _is_there():
        print("Downloading Playwright's Chromium", flush=True)
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _is_there() -> bool:
    try:
        find_chromium()
    except NoBrowserError:
        return False
    return True


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run(*command: str) -> None:
    try:
        subprocess.run(
            command,
            check=True,
            text=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=DOWNLOAD_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        print(late)
    except subprocess.CalledProcessError as failed:
        print(failed, *failed.stderr.strip().splitlines()[:1], sep="\n")


if __name__ == "__main__":
    if not _is_there():
        install_chromium()
    try:
        print(f"Browser: {find_chromium()}")
    except NoBrowserError as reason:
        print(f"Browser tests will be skipped: {reason}")
