"""The Fine-tune tab: forms for rows and settings, the training, downloads, push, upload, replay.

A file for each of them, `tab` to lay them out; it may import what `ui` may.
"""

from qbert_demo.ui.finetune.tab import build_finetune_tab

__all__ = ["build_finetune_tab"]
