"""What the tabs, the API and the command line call, and all that they may ask of the package.

Explorer, tuner, what visitors bring along, results as plain JSON. Imports every room but the
faces and the figures; `terms`, `batch` and `commands` hand on names that are made further down.
"""

from qbert_demo.service.explorer import PAIR, Explorer

__all__ = ["PAIR", "Explorer"]
