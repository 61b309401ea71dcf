"""Seeds and the rows' fingerprint come into a stored judgement without a model being asked."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from qbert_demo.cli import main
from qbert_demo.data.catalogue import SST2
from qbert_demo.data.rows import Rows, fingerprint
from qbert_demo.errors import CheckpointError, DataError
from qbert_demo.evaluation.judged_rows import are_judged
from qbert_demo.evaluation.judgement import read_judgement, take_seeds
from qbert_demo.evaluation.leaderboard import leaderboard
from qbert_demo.evaluation.paired import exact_p
from qbert_demo.evaluation.scores import score
from tests.data.repositories import parquet
from tests.judgements import made_up, made_up_texts

TEXTS = made_up_texts()
TRUTH = np.array(TEXTS.truth)
FLIPPED = {"classical": [0, 60, 120], "hybrid": [30, 61, 150], "control": [45, 1, 7]}
"""Of each head, how many of the 100 labels are wrong with each seed, times ten."""


def predicted(head: str, seed: int) -> np.ndarray[Any, Any]:
    wrong = np.random.default_rng(seed).permutation(100)[: FLIPPED[head][seed] // 10]
    labels = TRUTH.copy()
    labels[wrong] = 1 - labels[wrong]
    return labels


def runs(rows: Rows) -> dict[str, Any]:
    kept = []
    for head in FLIPPED:
        for seed in range(3):
            labels = predicted(head, seed)
            right = {"value": float((labels == TRUTH).mean())}
            scores = {"validation": {"accuracy": right}}
            digits = "".join(map(str, labels))
            kept.append({"head": head, "seed": seed, "scores": scores, "predicted": digits})
    shared = {"task": "sst2", "split": "validation", "recipe": {"epochs": 1.0}}
    return {**shared, "rows_sha256": fingerprint(rows), "runs": kept}


@pytest.fixture
def datasets(tmp_path: Path) -> Path:
    folder = tmp_path / "datasets" / SST2.repo_id / "data"
    folder.mkdir(parents=True)
    columns = {"sentence": TEXTS.texts, "label": TRUTH.tolist()}
    data = parquet(columns, {"label": SST2.labels})
    (folder / "validation-00000-of-00001.parquet").write_bytes(data)
    return tmp_path / "datasets"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A judgement of the made-up texts as an older version kept it, and runs of three seeds."""
    (tmp_path / "judgements").mkdir()
    said = TEXTS.probabilities
    models = tuple(score(head, p, TRUTH, 1.0) for head, p in said.items())
    values = asdict(replace(made_up(), models=models, behaviour=()))
    for later in ("behaviour", "rows_sha256", "seeds", "weights_sha256"):
        del values[later]
    (tmp_path / "judgements" / "sst2.json").write_text(json.dumps(values))
    small = {head: p.astype(np.float16) for head, p in said.items()}
    save_file(small, tmp_path / "judgements" / "sst2.safetensors")
    (tmp_path / "runs").mkdir()
    rows = Rows(TEXTS.texts, tuple(TRUTH.tolist()), "made up")
    (tmp_path / "runs" / "sst2.json").write_text(json.dumps(runs(rows)))
    return tmp_path


def test_each_seed_is_scored_and_tested_by_itself(folder: Path, datasets: Path) -> None:
    before = read_judgement("sst2", folder)
    found = take_seeds(SST2, folder, datasets)
    assert read_judgement("sst2", folder) == found
    assert replace(found, rows_sha256="", seeds=()) == before
    assert [run.seed for run in found.seeds] == [0, 1, 2]
    assert found.seeded("hybrid") == {0: 0.97, 1: 0.94, 2: 0.85}
    spread = found.spread("hybrid")
    assert spread is not None
    assert (spread.n, spread.low, spread.high) == (3, 0.85, 0.97)
    assert spread.mean == pytest.approx(0.92)
    for seed, run in enumerate(found.seeds):
        pairs = {(test.a, test.b): test for test in run.pairs}
        assert list(pairs) == [(t.a, t.b) for t in before.pairs]
        for (a, b), test in pairs.items():
            one, other = (predicted(head, seed) == TRUTH for head in (a, b))
            assert test.p == exact_p(one, other)
            assert test.difference.value == pytest.approx(one.mean() - other.mean())


def test_runs_of_other_rows_or_another_recipe_are_refused(folder: Path, datasets: Path) -> None:
    path = folder / "runs" / "sst2.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"rows_sha256": "ab"}))
    with pytest.raises(CheckpointError, match="scored on other rows"):
        take_seeds(SST2, folder, datasets)
    path.write_text(json.dumps(kept))
    (folder / "sst2-hybrid").mkdir()
    facts = {"recipe": {"epochs": 2.0, "seed": 0}}
    (folder / "sst2-hybrid" / "training.json").write_text(json.dumps(facts))
    with pytest.raises(CheckpointError, match="another recipe"):
        take_seeds(SST2, folder, datasets)


def test_rows_with_the_same_labels_but_other_texts_are_not_the_judged(
    folder: Path, datasets: Path
) -> None:
    found = take_seeds(SST2, folder, datasets)
    rows = Rows(TEXTS.texts, tuple(TRUTH.tolist()), "made up")
    assert are_judged(found, rows, TEXTS.probabilities)
    renamed = replace(rows, texts=("another", *rows.texts[1:]))
    assert are_judged(replace(found, rows_sha256=""), renamed, TEXTS.probabilities)
    assert not are_judged(found, renamed, TEXTS.probabilities)
    assert not are_judged(found, rows, {})
    shuffled = replace(rows, labels=rows.labels[1:] + rows.labels[:1])
    assert not are_judged(replace(found, rows_sha256=""), shuffled, TEXTS.probabilities)
    (datasets / SST2.repo_id / "data" / "validation-00000-of-00001.parquet").write_bytes(
        parquet({"sentence": renamed.texts, "label": list(rows.labels)}, {"label": SST2.labels})
    )
    with pytest.raises(DataError, match="are not the rows that were judged"):
        take_seeds(SST2, folder, datasets)


def test_the_command_tells_the_seeds(
    folder: Path, datasets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--checkpoints", str(folder), "--datasets-dir", str(datasets)]
    assert main(["judge", "--json", "--seeds", *where]) == 0
    seeds = json.loads(capsys.readouterr().out)["seeds"]
    assert seeds["models"]["hybrid"]["accuracy"] == {"0": 0.97, "1": 0.94, "2": 0.85}
    assert seeds["models"]["hybrid"]["mean"] == pytest.approx(0.92)
    assert seeds["models"]["hybrid"]["range"] == [0.85, 0.97]
    assert [pair["seed"] for pair in seeds["pairs"]] == [0] * 3 + [1] * 3 + [2] * 3
    assert main(["judge", "--checkpoints", str(folder)]) == 0
    words = capsys.readouterr().out
    assert "Over 3 seeds: classical mean 0.940, from 0.880 to 1.000; hybrid mean 0.920" in words
    assert "hybrid minus classical is -3.0, 0.0 and -3.0 points, on average -2.0" in words
    assert main(["judge", *where]) == 2
    assert "--measure and --seeds read" in capsys.readouterr().err


def test_the_leaderboard_tells_the_spread(folder: Path, datasets: Path) -> None:
    found = take_seeds(SST2, folder, datasets)
    for head in FLIPPED:
        place = folder / f"sst2-{head}"
        place.mkdir()
        sizes = {"recipe": {"epochs": 1.0, "seed": 0}, "parameters": {"head": 4}, "seconds": 1}
        circuit = {"n_qubits": 2, "n_layers": 1, "encoding": "ry", "reupload": False}
        sizes["recipe"] |= circuit | {"ansatz": "strongly_entangling"}
        (place / "training.json").write_text(json.dumps(sizes | {"device": "a CPU"}))
    standings = {s.head: s.spread for s in leaderboard(folder)}
    assert standings == {head: found.spread(head) for head in FLIPPED}
