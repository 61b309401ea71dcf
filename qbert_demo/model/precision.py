"""What precision a device computes fast in."""

import torch


def has_bf16(device: str) -> bool:
    """Whether bfloat16 matrix products are done by the hardware."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.cpu._is_avx512_bf16_supported()  # alike in every torch that is allowed; AMX has it
