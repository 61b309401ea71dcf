"""Where the texts of a judged split lie for the hybrid: in its encoder, and in its circuit."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from qbert_demo.errors import InputError
from qbert_demo.model.heads import CircuitHead
from qbert_demo.results import Array, Plane, SplitMap
from qbert_demo.service.explorer import Explorer

MOST = 1000
"""Texts that are drawn."""
SEED = 0
"""Of the sample of a larger split."""
PART = 16
"""Texts read between two looks at the clock: how soon progress shows and Stop works."""


@dataclass
class SplitMaps:
    """Maps by task, each made once.

    Attributes:
        explorer: What has texts and models.
    """

    explorer: Explorer
    _made: dict[str, SplitMap] = field(default_factory=dict)

    def make(self, task: str) -> Iterator[tuple[int, int] | SplitMap]:
        """Read the texts of a task's judged split, at most `MOST` of them.

        Yields:
            Texts read and texts in all, after every part; at last the map.

        Raises:
            InputError: If the texts cannot be had, or there is no hybrid with a circuit.
            CheckpointError: If the hybrid, or what was predicted, is not usable.
        """
        if task in self._made:
            yield self._made[task]
            return
        texts = self.explorer.judged_texts(task)
        n = len(texts.texts)
        places = np.arange(n)
        if n > MOST:
            places = np.sort(np.random.default_rng(SEED).choice(n, MOST, replace=False))
        if "hybrid" not in self.explorer.task(task).heads:
            raise InputError("This task has no hybrid, so there is no circuit to draw a map of.")
        model = self.explorer.classifier(task, "hybrid")
        head = model.model.classifier
        if not isinstance(head, CircuitHead):
            raise InputError("This model has no circuit, so there is no map of it.")
        ids = [tokens.ids for tokens in model.tokenize([texts.texts[k] for k in places])]
        order = np.argsort([len(row) for row in ids], kind="stable")
        pooled = torch.empty(len(ids), model.model.bert.config.hidden_size)
        for start in range(0, len(ids), PART):
            part = order[start : start + PART]
            pooled[part] = model.embed([ids[k] for k in part], PART).cpu()
            yield start + len(part), len(ids)
        with torch.no_grad():
            values = head.middle(head.reduce(pooled.to(model.model.device))).double().cpu().numpy()
        truth = np.array(texts.truth)[places]
        found = SplitMap(
            places,
            truth,
            texts.labels("hybrid")[places],
            n,
            SEED if n > MOST else None,
            plane(values, truth),
            plane(pooled.double().numpy(), truth),
        )
        self._made[task] = found
        yield found


def plane(vectors: Array, truth: Array) -> Plane:
    """Vectors ``(n, width)`` of at least two texts on their first two principal components."""
    pca = PCA(min(2, *vectors.shape), svd_solver="full")
    points = pca.fit_transform(vectors)
    shares = np.nan_to_num(pca.explained_variance_ratio_)
    missing = 2 - points.shape[1]
    near = NearestNeighbors(n_neighbors=1).fit(vectors).kneighbors(return_distance=False)[:, 0]
    return Plane(
        np.pad(points, ((0, 0), (0, missing))),
        (float(shares[0]), 0.0 if missing else float(shares[1])),
        float((truth[near] == truth).mean()),
    )
