"""What the tabs, the API and the command line call."""

from qbert_demo.service.explorer import PAIR, Explorer

__all__ = ["PAIR", "Explorer"]
