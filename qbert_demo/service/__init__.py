"""What the tabs, the API and the command line ask: explorer, tuner, commands, and plain JSON.

All that is kept for visitors lives here. It may import every room but `ui`, `cli` and `figures`;
the faces get what they need of those rooms from here.
"""

from qbert_demo.data.labels import match_labels
from qbert_demo.data.tables import Entry, read_csv, read_lines
from qbert_demo.hub.files import hub_page
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS
from qbert_demo.model.heads import HEADS, PAIR, head_of
from qbert_demo.service.batch_scores import against, batch_scores
from qbert_demo.service.explorer import Explorer

__all__ = [
    "DOWNLOAD_SECONDS",
    "HEADS",
    "PAIR",
    "Entry",
    "Explorer",
    "against",
    "batch_scores",
    "head_of",
    "hub_page",
    "match_labels",
    "read_csv",
    "read_lines",
]
