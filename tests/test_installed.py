"""The package as pip installs it, run from a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qbert_demo.config import CHECKPOINTS
from qbert_demo.settings import CHECKPOINTS_DIR

ROOT = Path(__file__).parent.parent
TAKEN = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    for name in TAKEN:
        shutil.copy(ROOT / name, source)
    left = shutil.ignore_patterns("__pycache__", "*.pyi")
    shutil.copytree(ROOT / "qbert_demo", source / "qbert_demo", symlinks=True, ignore=left)
    (source / "checkpoints").mkdir()
    shutil.copy(CHECKPOINTS / "registry.json", source / "checkpoints")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*command, str(source)], check=True)
    return target


def run(installed: Path, folder: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """What a command says in a folder that has nothing of ours."""
    environment = os.environ | {"PYTHONPATH": str(installed)} | variables
    done = subprocess.run(
        [sys.executable, "-m", "qbert_demo", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_it_finds_a_folder_of_checkpoints(installed: Path, tmp_path: Path) -> None:
    asked = {CHECKPOINTS_DIR: str(CHECKPOINTS)}
    code, said, error = run(installed, tmp_path, "predict", "A warm, funny film.", **asked)
    assert code == 0, error
    assert {model["label"] for model in json.loads(said)["models"].values()} == {"positive"}


@pytest.mark.slow
def test_it_carries_the_registry_and_says_what_to_name(installed: Path, tmp_path: Path) -> None:
    carried = installed / "qbert_demo" / "checkpoints" / "registry.json"
    assert carried.read_bytes() == (CHECKPOINTS / "registry.json").read_bytes()
    code, _, error = run(installed, tmp_path, "predict", "A warm, funny film.")
    assert code == 2
    assert "Left out sst2-hybrid" in error
    assert f"or name a folder of them with {CHECKPOINTS_DIR}" in error
    code, _, error = run(installed, tmp_path, "predict", "x", **{CHECKPOINTS_DIR: "nowhere"})
    assert code == 2
    assert "nowhere" in error
