"""The Compare tab, a file for each of its parts."""

from qbert_demo.ui.compare.tab import build_compare_tab

__all__ = ["build_compare_tab"]
