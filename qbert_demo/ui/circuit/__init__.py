"""The Circuit tab: the instrument (static/components/lab.js) and the tools below it.

Imports `parts`, and from `compare` the key to a drawn circuit.
"""

from qbert_demo.ui.circuit.tab import build_circuit_tab

__all__ = ["build_circuit_tab"]
