"""What the tabs, the API and the command line call."""

from qbert_demo.model.heads import HEADS, PAIR, head_of
from qbert_demo.service.explorer import Explorer

__all__ = ["HEADS", "PAIR", "Explorer", "head_of"]
