"""A class that trains on the same rows embeds them once."""

from contextlib import closing
from pathlib import Path

import numpy as np

from qbert_demo.results import QuickReport
from qbert_demo.service.tuner import DataChoice, Tuner
from qbert_demo.training.recipe import FrozenRecipe
from tests.service.test_tuner import MINE, wait_for_the_end


def test_rows_of_the_catalogue_are_embedded_once_and_own_rows_are_kept_nowhere() -> None:
    choice = DataChoice("rotten_tomatoes", rows=40, held_out=40)
    recipe = FrozenRecipe(epochs=2)
    reports: list[QuickReport] = []
    with closing(Tuner()) as tuner:
        for wanted in (choice, choice, MINE):
            job_id = tuner.start(tuner.material(wanted), recipe)
            last, events = wait_for_the_end(tuner, job_id)
            assert any(e.kind == "sent" and "embedded" in e.value for e in events)
            reports.append(last.value)
        assert len(list(Path(tuner._store.name).iterdir())) == 2, "train and held out, once"
    first, second, _ = reports
    for name, head in first.heads.items():
        for key, tensor in head.tensors.items():
            np.testing.assert_array_equal(tensor, second.heads[name].tensors[key])
