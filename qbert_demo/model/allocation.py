"""Modules whose random first weights are left out, since others are loaded in their place.

transformers' ``no_init_weights`` replaces functions of PyTorch for the whole process, so that a
head made meanwhile in another thread is never filled. This holds in its own thread alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from transformers import initialization

RANDOM = (Tensor.normal_, Tensor.uniform_)
MODULES = (nn.init.__name__, initialization.__name__)
"""Where the functions that fill a tensor are; the second hands on those of the first."""


class Unfilled(TorchFunctionMode):
    """While it lasts, tensors of this thread are not filled with random numbers in place."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Leave the tensor as it is, or do what was asked."""
        given = kwargs or {}
        if func in RANDOM or getattr(func, "__module__", None) in MODULES:
            return args[0] if args else given["tensor"]
        return func(*args, **given)
