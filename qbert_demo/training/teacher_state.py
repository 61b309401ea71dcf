"""Where a teacher's interrupted training goes on: weights and AdamW's moments, safetensors alone.

What does not learn is not stored. A state is written beside the last one and then takes its place.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from qbert_demo.disk import draft

STATE = "teacher.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class TeacherState:
    """The state of one run.

    Attributes:
        folder: Its folder, which must be there.
    """

    folder: Path

    def save(self, model: nn.Module, optimizer: torch.optim.AdamW, step: int) -> None:
        """Write the state after so many steps."""
        tensors: dict[str, Tensor] = {}
        for name, parameter in _trained(model).items():
            tensors[f"weights.{name}"] = parameter.detach()
            for moment in MOMENTS:
                tensors[f"{moment}.{name}"] = optimizer.state[parameter][moment]
        held = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
        with draft(self.folder / STATE) as fresh:
            save_file(held, fresh / STATE, metadata={"step": str(step)})
            (fresh / STATE).replace(self.folder / STATE)

    def load(self, model: nn.Module, optimizer: torch.optim.AdamW) -> int:
        """Take over the last state.

        Returns:
            The steps that it is of; 0, with nothing changed, if there is none.
        """
        path = self.folder / STATE
        if not path.is_file():
            return 0
        with safe_open(path, framework="pt") as stream:
            step = int(stream.metadata()["step"])
            for name, parameter in _trained(model).items():
                with torch.no_grad():
                    parameter.copy_(stream.get_tensor(f"weights.{name}"))
                moments = {
                    moment: stream.get_tensor(f"{moment}.{name}").to(parameter.device)
                    for moment in MOMENTS
                }
                optimizer.state[parameter] = {"step": torch.tensor(float(step)), **moments}
        return step


def _trained(model: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}
