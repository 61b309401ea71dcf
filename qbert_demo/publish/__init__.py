"""Checkpoints on their way to the Hub: those that are shipped, and those of visitors."""

from qbert_demo.publish.checkpoints import publish, push_head, write_cards

__all__ = ["publish", "push_head", "write_cards"]
