"""Checkpoints: where they are, opened without trust, their cards, and their way to the Hub.

Imports model, data, circuit, hub and what is below.
"""
