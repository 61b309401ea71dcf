"""The Fine-tune tab, a file for each of its parts."""

from qbert_demo.ui.finetune.tab import build_finetune_tab

__all__ = ["build_finetune_tab"]
