"""What precision a device computes fast in."""

import torch


def has_bf16(device: str) -> bool:
    """Whether bfloat16 matrix products are done by the hardware."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    abilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # not in torch 2.8
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))
