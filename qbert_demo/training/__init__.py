"""Training a checkpoint, and scoring it."""
