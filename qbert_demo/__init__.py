"""QBERT explorer: classical and hybrid quantum BERT text classifiers, side by side."""

__version__ = "0.1.0"
