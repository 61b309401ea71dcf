"""What the tabs, the API and the command line call.

`explorer` answers texts with shipped and visitors' models, `tuner` trains visitors' heads; both
check what arrives and answer with results. Imports every room but figures and the faces.
"""

from qbert_demo.service.explorer import PAIR, Explorer

__all__ = ["PAIR", "Explorer"]
