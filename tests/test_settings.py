import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qbert_demo import settings
from qbert_demo.errors import InputError
from tests.hub.fixtures import TOKEN
from tests.serving import ROOT

NAMES = (
    settings.MODEL_MB, settings.CACHE_MB, settings.TRAININGS, settings.DATASETS_DIR, settings.PORT,
    settings.ENDPOINT, settings.OFFLINE, settings.HOME, settings.LOGIN, settings.CHECKPOINTS_DIR,
)  # fmt: skip
SECRET = "s3cret"


def test_nothing_set_means_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    settings.check_environment()
    assert settings.max_model_bytes() == 300_000_000
    assert settings.model_cache_bytes() == 2_000_000_000
    assert settings.trainings_at_once() == 2
    assert settings.datasets_dir() is None


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("QBERT_MAX_MODEL_MB", "lots", "whole number from 1 to 10,000"),
        ("QBERT_MAX_MODEL_MB", "0", "whole number from 1"),
        ("QBERT_MODEL_CACHE_MB", "-5", "whole number"),
        ("QBERT_MODEL_CACHE_MB", "", "whole number"),
        ("QBERT_TRAININGS", "17", "from 1 to 16"),
        ("QBERT_TRAININGS", "٣", "from 1 to 16"),
        ("GRADIO_SERVER_PORT", "99999", "to 65,535"),
        ("QBERT_DATASETS_DIR", "/no/such/folder", "must name a folder"),
        ("QBERT_DATASETS_DIR", "x" * 300, "must name a folder"),
        ("HF_HUB_OFFLINE", "maybe", "must be 1, true, yes, on, or 0, false, no, off"),
        ("HF_HUB_OFFLINE", "1 ", "must be 1"),
        ("HF_HOME", f"{__file__}/cache", "cannot become one (Not a directory)"),
        ("HF_HOME", __file__, "cannot become one (File exists)"),
        ("HF_HOME", "x" * 300, "cannot become one (File name too long)"),
        ("HF_ENDPOINT", "huggingface.co", "such as https://huggingface.co"),
        ("HF_ENDPOINT", "ftp://hub.invalid", "such as https"),
        ("HF_ENDPOINT", "http://[", "such as https"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        settings.check_environment()
    assert name in str(caught.value)
    assert rule in str(caught.value)
    assert value[:190] in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("HF_ENDPOINT", f"https://{SECRET}:{SECRET}@hub.invalid", "no user name, password"),
        ("HF_ENDPOINT", f"https://{SECRET}@hub.invalid", "no user name, password"),
        ("HF_ENDPOINT", f"user:{SECRET}@hub.invalid:x", "no user name, password"),
        ("HF_TOKEN", f"hf_{SECRET} hf_other", "no access token"),
        ("HF_TOKEN", f"hf_{SECRET}é", "no access token"),
        ("HF_TOKEN", SECRET * 100, "no access token"),
    ],
)
def test_what_may_be_secret_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"{name} .*{rule}") as caught:
        settings.check_environment()
    assert SECRET not in str(caught.value)


def test_right_values_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QBERT_MAX_MODEL_MB", "12")
    monkeypatch.setenv("QBERT_DATASETS_DIR", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid:8443/mirror")
    monkeypatch.setenv("HF_HUB_OFFLINE", "True")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", "~/new/cache")
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    settings.check_environment()
    assert (tmp_path / "new" / "cache").is_dir()
    assert settings.max_model_bytes() == 12_000_000
    assert settings.datasets_dir() == tmp_path


def test_the_readme_lists_what_is_checked() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE)) == set(NAMES)


def test_the_app_ends_with_every_problem_in_a_line_and_no_stack_trace() -> None:
    wrong = {"GRADIO_SERVER_PORT": "door", "QBERT_TRAININGS": "many"}
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | wrong,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "GRADIO_SERVER_PORT" in done.stderr
    assert "QBERT_TRAININGS" in done.stderr
