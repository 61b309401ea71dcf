"""Learning from a teacher's logits (Hinton et al., arXiv:1503.02531), and averaging what is learnt.

The soft targets of a row are the softmax of its teacher's logits over a temperature; the loss is
the Kullback-Leibler divergence from them of the head's own softmax at that temperature, times its
square, so that its gradients keep their size whatever the temperature.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import TrainerCallback

SOFT = "teacher_logits"
"""Column of the teacher's logits in the rows that are trained on."""
AVERAGE = "average."
"""What the averaged tensors' names begin with in a saved state."""
COUNT = "averaged_steps"


def soft_loss(logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """T^2 KL(softmax(teacher / T) || softmax(logits / T)), the mean over the rows.

    Args:
        logits: Shape ``(batch, n_labels)``.
        teacher_logits: Same shape.
        temperature: T, above 0.
    """
    learnt = (logits.float() / temperature).log_softmax(-1)
    wanted = (teacher_logits.float() / temperature).log_softmax(-1)
    apart = nn.functional.kl_div(learnt, wanted, log_target=True, reduction="batchmean")
    return temperature**2 * apart


def mixed_loss(hard: Tensor, soft: Tensor, weight: float) -> Tensor:
    """The soft loss weighted with ``weight``, the one on the true labels with the rest."""
    return weight * soft + (1 - weight) * hard


class Averaging(TrainerCallback):
    """The running mean of what is trained over the last epochs; it ends the training as weights.

    Attributes:
        epochs: How many of the last ones count; 0 keeps the last step's weights.
        count: Steps in the mean so far.
        mean: By the parameters' names.
    """

    def __init__(self, epochs: float) -> None:
        """Begin with no step."""
        self.epochs = epochs
        self.count = 0
        self.mean: dict[str, Tensor] = {}

    def on_step_end(
        self, args: Any, state: Any, control: Any, model: nn.Module | None = None, **_: Any
    ) -> None:
        """Add this step's weights, if it is one of the last epochs."""
        assert model is not None
        counted = round(min(1.0, self.epochs / args.num_train_epochs) * state.max_steps)
        if state.global_step > state.max_steps - counted:
            self.add({n: p for n, p in model.named_parameters() if p.requires_grad})

    def on_train_end(
        self, args: Any, state: Any, control: Any, model: nn.Module | None = None, **_: Any
    ) -> None:
        """Put the mean in the place of the last weights."""
        assert model is not None
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name in self.mean:
                    parameter.copy_(self.mean[name])

    @torch.no_grad()
    def add(self, weights: Mapping[str, Tensor]) -> None:
        """Take one more set of weights into the mean."""
        self.count += 1
        for name, weight in weights.items():
            mean = self.mean.setdefault(name, torch.zeros_like(weight))
            mean += (weight - mean) / self.count

    def tensors(self) -> dict[str, Tensor]:
        """What a saved state holds of it; nothing before the first step that counts."""
        if not self.count:
            return {}
        averaged = {f"{AVERAGE}{name}": tensor for name, tensor in self.mean.items()}
        return averaged | {COUNT: torch.tensor(self.count)}

    def restore(self, saved: Mapping[str, Tensor]) -> None:
        """Go on from a saved state."""
        self.count = int(saved.get(COUNT, torch.tensor(0)))
        self.mean = {
            name.removeprefix(AVERAGE): tensor.clone()
            for name, tensor in saved.items()
            if name.startswith(AVERAGE)
        }
