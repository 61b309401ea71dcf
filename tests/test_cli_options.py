"""Options that would change nothing are refused, and a disk that is full is said in a sentence."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qbert_demo.cli import main
from qbert_demo.disk import draft

ROWS = "text,label\n" + "".join(f"a fine film {k},good\na dull film {k},bad\n" for k in range(12))
FROZEN = ("train", "--frozen-encoder", "--head", "circuit", "--output", "out")
WHOLE = ("train", "--task", "sst2", "--head", "circuit", "--output", "out")
LINEAR = ("train", "--task", "sst2", "--head", "linear", "--output", "out")
TEACHER = ("train", "--task", "sst2", "--teacher", "org/large")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("predict", "x", "--checkpoint", ".", "--task", "sst2"), "Leave --task out"),
        (("predict", "x", "--checkpoint", ".@main"), ". is a folder, which has no revision main"),
        ((*TEACHER, "--head", "linear", "--rows", "5"), "with --teacher: --head, --rows"),
        ((*TEACHER, "--frozen-encoder", "--dataset", "sst2"), ": --frozen-encoder, --dataset"),
        ((*TEACHER, "--runs", "r.json", "--soft-labels", "s"), ": --soft-labels, --runs"),
        ((*WHOLE, "--dataset", "sst2"), "no meaning without --frozen-encoder: --dataset"),
        ((*WHOLE, "--loss", "mse", "--circuit-learning-rate", "1"), ": --loss, --circuit-learning"),
        ((*WHOLE, "--text-column", "a"), "without --frozen-encoder: --text-column"),
        ((*WHOLE, "--soft-labels", "s"), "while --teacher-weight is 0: --soft-labels"),
        ((*WHOLE, "--teacher-temperature", "3"), "while --teacher-weight is 0: --teacher-t"),
        ((*WHOLE, "--adapter-rank", "0", "--adapter-scale", "1"), "while --adapter-rank is 0"),
        ((*WHOLE, "--patience", "2"), "while --held-out is 0: --patience"),
        ((*LINEAR, "--n-qubits", "6", "--ansatz", "basic"), "--head linear: --n-qubits, --ansatz"),
        ((*LINEAR, "--no-reupload"), "with --head linear: --reupload"),
        ((*FROZEN, "--dataset", "sst2", "--task", "sst2"), "with --frozen-encoder: --task"),
        ((*FROZEN, "--dataset", "sst2", "--no-bf16", "--fresh"), ": --bf16, --fresh"),
        ((*FROZEN, "--dataset", "sst2", "--device", "cuda"), "trains on the processor"),
        ((*FROZEN, "--dataset", "sst2", "--split", "test"), "with sst2, .* known here: --split"),
        ((*FROZEN, "--dataset", "rows.csv", "--config", "a"), "with a file: --config"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_an_option_that_would_change_nothing_is_refused(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("qbert_demo: ")
    assert re.search(words, error), error
    assert not Path("out").exists()


def test_a_folder_may_have_an_at_sign(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a@b").mkdir()
    assert main(("predict", "x", "--checkpoint", "a@b")) == 2
    assert "a@b" in capsys.readouterr().err


@pytest.fixture
def small_disk() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_said_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (*FROZEN, "--dataset", "rows.csv", "--epochs", "1")
    assert main(arguments) == 2
    assert "out cannot be written: there is no room on its disk." in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["rows.csv"]


def test_a_place_that_is_none_is_said_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = "rows.csv/out"
    assert main((*FROZEN[:-1], output, "--dataset", "rows.csv", "--epochs", "1")) == 2
    assert f"{output} cannot be written: file exists." in capsys.readouterr().err


KILLED = """
import os, signal
from pathlib import Path
from qbert_demo.disk import draft
with draft(Path("target")) as fresh:
    (fresh / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_write_left_is_swept_by_the_next(folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED], cwd=folder, env=environment, check=False)
    left = [path for path in folder.iterdir() if path.name.startswith(".target.")]
    assert len(left) == 1
    (folder / ".target.mine").mkdir()
    with draft(folder / "target") as held, draft(folder / "target") as other:
        assert held.is_dir()
        assert other.is_dir()
        assert not left[0].exists()
    names = {path.name for path in folder.iterdir()}
    assert names == {"rows.csv", ".target.mine"}
