"""The folder for temporary files: one for each process, gone with it or with the next start."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qbert_demo.errors import InputError
from qbert_demo.ui.server.folder import LONGEST, delete_old, size_of, temporary_folder
from tests.serving import ROOT

HOLDER = """
import time
from qbert_demo.ui.server.folder import temporary_folder

with temporary_folder() as folder:
    (folder / "big").write_bytes(bytes(1000))
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def parent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with a short path, for temporary files."""
    with tempfile.TemporaryDirectory(prefix="t") as name:
        monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


def test_all_temporary_files_are_in_it_and_it_goes(parent: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == parent
        assert Path(tempfile.mkdtemp()).parent == folder
        assert Path(os.environ["GRADIO_TEMP_DIR"]).parent == folder
    assert list(parent.iterdir()) == []
    assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(parent)
    assert "GRADIO_TEMP_DIR" not in os.environ


def test_what_a_killed_process_left_is_deleted_and_what_a_living_one_has_is_not(
    parent: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            left = Path(process.stdout.readline().strip())
            with temporary_folder():
                assert size_of(left) == 1000
        finally:
            process.send_signal(signal.SIGKILL)
    assert size_of(left) == 1000
    with temporary_folder() as folder:
        assert list(parent.iterdir()) == [folder]


def test_a_path_too_long_for_sockets_is_an_error_in_a_sentence(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = parent / ("x" * LONGEST)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(deep))
    with pytest.raises(InputError, match="too long a path. Set TMPDIR to one of at most"):
        temporary_folder().__enter__()
    assert list(deep.iterdir()) == []


def test_a_place_that_cannot_be_written_is_an_error_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "/proc/nowhere")
    with pytest.raises(InputError, match="Set TMPDIR or GRADIO_TEMP_DIR to a folder"):
        temporary_folder().__enter__()


def test_old_files_go_and_the_folder_stays(parent: Path) -> None:
    for name in ("a", "sha/b"):
        (parent / name).parent.mkdir(exist_ok=True)
        (parent / name).write_bytes(bytes(10))
    delete_old(parent, 60)
    assert size_of(parent) == 20
    delete_old(parent, -1)
    assert list(parent.iterdir()) == []
