"""The variational quantum circuit: its gate list and its simulator in plain PyTorch.

`pennylane_bridge` (the same circuit as a PennyLane QNode) is imported by its own name, because
PennyLane is slow to import.
"""

from qbert_demo.circuit.simulator import CircuitLayer, expectations
from qbert_demo.circuit.spec import CircuitSpec

__all__ = ["CircuitLayer", "CircuitSpec", "expectations"]
