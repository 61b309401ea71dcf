"""On what a run is made: versions and machine."""

import platform
from importlib import metadata

import torch

PACKAGES = ("torch", "transformers", "peft", "datasets", "tokenizers")


def versions() -> dict[str, str]:
    """Version of Python and of every package that a result depends on."""
    found = {name: metadata.version(name) for name in PACKAGES}
    return found | {"python": platform.python_version()}


def describe(device: str) -> str:
    """Name the processor or the accelerator."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    threads = torch.get_num_threads()
    return f"{platform.machine()} CPU, {threads} thread{'' if threads == 1 else 's'}"
