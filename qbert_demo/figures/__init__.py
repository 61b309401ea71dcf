"""Plotly figures as plain dicts, a file for each subject, and the colours they share.

Imports results alone: no model, no Gradio, not even Plotly, which draws them in the browser.
"""

from qbert_demo.figures.figure import Figure, Rows, Table

__all__ = ["Figure", "Rows", "Table"]
