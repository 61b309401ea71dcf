"""The Judge tab, a file for each of its parts."""

from qbert_demo.ui.judge.tab import build_judge_tab

__all__ = ["build_judge_tab"]
