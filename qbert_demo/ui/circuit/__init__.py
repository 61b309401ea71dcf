"""The Circuit tab, a file for each of its parts."""

from qbert_demo.ui.circuit.tab import build_circuit_tab

__all__ = ["build_circuit_tab"]
