"""Plotly figures made from results, and nothing else: no model, no Gradio, no Plotly import."""

from qbert_demo.figures.figure import Figure, Rows, Table

__all__ = ["Figure", "Rows", "Table"]
