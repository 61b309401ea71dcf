"""The variational quantum circuit: its gate list, simulator, shots, noise and exports.

Imports torch, results, ranges, config and errors; knows no language model. `pennylane_bridge`,
the same circuit as a PennyLane QNode, is imported by its own name: PennyLane is slow to import.
"""

from qbert_demo.circuit.live import live_angles
from qbert_demo.circuit.simulator import CircuitLayer, expectations
from qbert_demo.circuit.spec import CircuitSpec

__all__ = ["CircuitLayer", "CircuitSpec", "expectations", "live_angles"]
