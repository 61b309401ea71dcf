"""``python -m qbert_demo``."""

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from qbert_demo.cli import main

sys.exit(main())
