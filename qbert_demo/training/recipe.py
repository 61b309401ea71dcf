"""Every setting of a training run, and the recipes behind the shipped checkpoints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Settings that the three heads of a task share.

    Attributes:
        epochs: Passes over the training rows.
        batch_size: Texts a step, over all processes.
        learning_rate: Peak rate of the encoder's low-rank updates.
        head_learning_rate: Peak rate of the head.
        weight_decay: AdamW's, on matrices only.
        warmup: Share of the steps over which the rate rises; it then falls to zero linearly.
        dropout: On the pooled vector.
        label_smoothing: Share of the target spread over all classes.
        adapter_rank: Rank of the low-rank updates on every dense layer of the encoder.
        adapter_scale: Factor on the updates.
        pooling: ``mean`` or ``cls``.
        max_length: Most tokens read.
        n_qubits: Wires of the circuit and width of the control's bottleneck.
        n_layers: Layers of the circuit.
        encoding: See `qbert_demo.circuit.CircuitSpec`.
        ansatz: See `qbert_demo.circuit.CircuitSpec`.
        reupload: See `qbert_demo.circuit.CircuitSpec`.
        held_out: Rows of the training split kept apart to watch and to stop on; 0 trains on
            all of them for exactly ``epochs``.
        held_out_words: Fewest words of a held-out text.
        evaluations: How often an epoch the held-out rows are scored.
        patience: Evaluations without a better score after which training stops and returns to
            the best state; 0 trains to the end and keeps the last.
        seed: Of everything random.
    """

    epochs: float = 2.0
    batch_size: int = 32
    learning_rate: float = 5e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    label_smoothing: float = 0.0
    adapter_rank: int = 16
    adapter_scale: float = 2.0
    pooling: str = "mean"
    max_length: int = 128
    n_qubits: int = 4
    n_layers: int = 2
    encoding: str = "ry"
    ansatz: str = "strongly_entangling"
    reupload: bool = False
    held_out: int = 1000
    held_out_words: int = 0
    evaluations: int = 2
    patience: int = 0
    seed: int = 0


RECIPES = {
    "sst2": Recipe(head_learning_rate=2e-3, label_smoothing=0.05, held_out=0),
    "ag_news": Recipe(epochs=1.0, evaluations=4, head_learning_rate=2e-3),
}
"""What `train` uses unless told otherwise; chosen on held-out training rows alone."""
