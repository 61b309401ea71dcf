import shutil
from pathlib import Path

import pytest

from qbert_demo.config import CHECKPOINTS
from qbert_demo.results import HeadReport, QuickReport
from qbert_demo.service.tuner import TrainingRun
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.ui.finetune.session import Session
from tests.training.test_fine_tune import MATERIAL

Trained = tuple[HeadReport, TrainingRun]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """The shipped checkpoints in a folder whose registry and texts may be changed."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    shutil.copy(CHECKPOINTS / "registry.json", folder)
    for source in CHECKPOINTS.iterdir():
        if source.is_dir():
            (folder / source.name).mkdir()
            for path in source.iterdir():
                if path.suffix == ".safetensors" or path.name == "tokenizer.json":
                    (folder / source.name / path.name).symlink_to(path)
                else:
                    shutil.copy(path, folder / source.name)
    return folder


@pytest.fixture(scope="session")
def trained() -> Trained:
    """A hybrid head of a few epochs on made-up rows."""
    recipe = FrozenRecipe(("hybrid",), n_qubits=2, n_layers=1, epochs=3)
    return fine_tune(MATERIAL, recipe).heads["hybrid"], TrainingRun(MATERIAL, recipe)


@pytest.fixture
def session(trained: Trained) -> Session:
    """What the page of a visitor remembers who trained that head."""
    report, order = trained
    return Session("job", order=order, report=QuickReport({"hybrid": report}, {}))
