"""The Compare tab: one text, many texts, a model from the Hub, each in a file of its own.

Imports `parts` and no other tab.
"""

from qbert_demo.ui.compare.tab import build_compare_tab

__all__ = ["build_compare_tab"]
