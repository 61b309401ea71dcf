"""What the classes of a model are called, whatever its config leaves out."""

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig

from qbert_demo.checkpoints.hub_model import open_source
from tests import models

NAMES = ("bad", "good", "so-so")


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({"id2label": None, "num_labels": 3}, ("LABEL_0", "LABEL_1", "LABEL_2")),
        ({"num_labels": 3, "id2label": {"0": "a", "1": "b"}}, ("LABEL_0", "LABEL_1", "LABEL_2")),
        (
            {"num_labels": 3, "id2label": {str(k): str(k) for k in range(5)}},
            ("LABEL_0", "LABEL_1", "LABEL_2"),
        ),
        ({"num_labels": 3}, ("bad", "good", "so-so")),
        ({"id2label": {"0": 0, "1": 1, "2": 2}}, ("0", "1", "2")),
        ({"id2label": {"2": True, "1": "b", "0": -1.5}}, ("-1.5", "b", "True")),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "ours"])
def test_classes_are_named_as_transformers_names_them(
    tmp_path: Path, kind: str, changes: dict[str, Any], labels: tuple[str, ...]
) -> None:
    if kind == "ours":
        models.checkpoint(tmp_path / "model", "linear", id2label=dict(enumerate(NAMES)))
    else:
        models.plain_bert(tmp_path / "model", NAMES)
    changed = models.files_of(tmp_path / "model", **changes)["config.json"]
    (tmp_path / "model" / "config.json").write_bytes(changed)
    assert open_source(str(tmp_path / "model"), None, 11_000_000).labels == labels
    reference = AutoConfig.from_pretrained(tmp_path / "model")
    assert tuple(str(reference.id2label[k]) for k in range(3)) == labels
