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
    return f"{platform.machine()} CPU, {torch.get_num_threads()} thread(s)"


def has_bf16(device: str) -> bool:
    """Whether bfloat16 matrix products are done by the hardware."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    abilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # not in torch 2.8
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))
