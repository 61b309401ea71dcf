"""What models score, with intervals, and how they differ.

Imports model, data and what is below.
"""
