"""The Fine-tune tab: two forms, the training, and what becomes of a trained head.

Imports `parts` and no other tab.
"""

from qbert_demo.ui.finetune.tab import build_finetune_tab

__all__ = ["build_finetune_tab"]
