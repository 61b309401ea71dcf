"""What models score, with intervals, and how they differ.

Imports checkpoints and what is below.
"""
