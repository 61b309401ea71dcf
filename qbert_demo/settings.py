"""What the environment's variables say, checked before anything starts."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from qbert_demo.errors import InputError
from qbert_demo.ranges import whole

MODEL_MB = "QBERT_MAX_MODEL_MB"
"""Largest download of a visitor's model, in megabytes."""
CACHE_MB = "QBERT_MODEL_CACHE_MB"
"""Memory for models that visitors load or train, in megabytes."""
TRAININGS = "QBERT_TRAININGS"
"""Trainings that run at the same time."""
DATASETS_DIR = "QBERT_DATASETS_DIR"
"""A folder of datasets in the Hub's layout, asked before the Hub."""
CHECKPOINTS_DIR = "QBERT_CHECKPOINTS"
"""A folder of checkpoints and their registry, in place of those that come with the package."""
PORT = "GRADIO_SERVER_PORT"
"""Where the app listens; the first free port from 7860 on if it is unset."""
ENDPOINT = "HF_ENDPOINT"
"""Address of the Hub, if not the public one."""
OFFLINE = "HF_HUB_OFFLINE"
"""Whether the Hub is asked for nothing."""
HOME = "HF_HOME"
"""Folder of the Hub's cache."""
LOGIN = "HF_TOKEN"
"""Access token of whoever runs the app."""

TOKEN = re.compile(r"[!-~]{1,400}")
"""What an access token is made of."""
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
"""What the Hub's client takes for a yes, in any case, and what people write for a no."""
REMEDY = "Correct it, or unset it."


def whole_setting(name: str, default: int, low: int, high: int) -> int:
    """Read a whole number from the environment.

    Args:
        name: The variable.
        default: What it is if the variable is unset.
        low: The smallest that is accepted.
        high: The largest.

    Raises:
        InputError: If it is no whole number in this range.
    """
    text = os.environ.get(name, str(default)).strip()
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text
    return whole(name, value, low, high, lambda said: InputError(f"{said} {REMEDY}"))


def max_model_bytes() -> int:
    """Largest download of a visitor's model, in bytes."""
    return whole_setting(MODEL_MB, 300, 1, 10_000) * 1_000_000


def model_cache_bytes() -> int:
    """Memory for models that visitors load or train, in bytes."""
    return whole_setting(CACHE_MB, 2000, 1, 1_000_000) * 1_000_000


def trainings_at_once() -> int:
    """Trainings that run at the same time."""
    return whole_setting(TRAININGS, 2, 1, 16)


def asked_port() -> int | None:
    """The port that was asked for, if one was."""
    return whole_setting(PORT, 0, 1, 65_535) if PORT in os.environ else None


def datasets_dir() -> Path | None:
    """The folder of datasets in the Hub's layout, if there is one.

    Raises:
        InputError: If it is no folder.
    """
    return _folder(DATASETS_DIR)


def _folder(name: str) -> Path | None:
    value = os.environ.get(name)
    if value and not os.path.isdir(os.path.expanduser(value)):
        raise InputError(f"{name} must name a folder; there is no folder {value!r:.200}.")
    return Path(value).expanduser() if value else None


def check_environment() -> None:
    """Check every variable that the app reads.

    Raises:
        InputError: With one sentence for every variable that breaks its rule.
    """
    checks: list[Callable[[], object]] = [
        max_model_bytes,
        model_cache_bytes,
        trainings_at_once,
        asked_port,
        datasets_dir,
        lambda: _folder(CHECKPOINTS_DIR),
        lambda: _check_endpoint(os.environ.get(ENDPOINT)),
        lambda: _check_offline(os.environ.get(OFFLINE)),
        lambda: _check_home(os.environ.get(HOME)),
        lambda: _check_login(os.environ.get(LOGIN)),
    ]
    problems = []
    for check in checks:
        try:
            check()
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError(" ".join(problems))


def _check_endpoint(value: str | None) -> None:
    if not value:
        return
    if "@" in value:
        raise InputError(
            f"{ENDPOINT} must hold no user name, password or @: it is part of links that every "
            "visitor gets. Name the address alone."
        )
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise InputError(
            f"{ENDPOINT} must be an address such as https://huggingface.co, not {value!r:.200}."
        )


def _check_offline(value: str | None) -> None:
    if value and value.lower() not in (*YES, *NO):
        raise InputError(
            f"{OFFLINE} must be {', '.join(YES)}, or {', '.join(NO)}, not {value!r:.40}. {REMEDY}"
        )


def _check_home(value: str | None) -> None:
    """Try to make the folder, as the Hub's client will."""
    if not value:
        return
    try:
        Path(os.path.expandvars(os.path.expanduser(value))).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{HOME} must name a folder, and {value!r:.200} is none and cannot become one "
            f"({error.strerror}). {REMEDY}"
        ) from error


def _check_login(value: str | None) -> None:
    text = (value or "").strip()
    if text and not TOKEN.fullmatch(text):
        raise InputError(
            f"{LOGIN} is no access token: one has only letters, digits and signs, and no space "
            "inside. Copy it again, or unset it."
        )
