"""Rows to learn from: the catalogue, strangers' datasets of the Hub, and what visitors bring.

Whatever the source, the answer is `rows.Rows`. Imports hub, results, config and errors alone.
"""
