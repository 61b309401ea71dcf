"""What precision a device computes fast in."""

from pathlib import Path

import pytest

from qbert_demo.model.precision import has_bf16

PROCESSOR = Path("/proc/cpuinfo")


@pytest.mark.skipif(not PROCESSOR.exists(), reason="no /proc/cpuinfo to ask")
def test_a_processors_bfloat16_is_known_as_linux_knows_it() -> None:
    assert has_bf16("cpu") == ("avx512_bf16" in PROCESSOR.read_text().split())
