"""The classifier: encoder, heads, tokenizer, what a checkpoint folder holds, and answers to texts.

Importing it registers the Auto classes of transformers for our format.
Imports circuit, hub and what is below.
"""

from qbert_demo.model.classifier import QBertForSequenceClassification
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.encoder import find_backbone

__all__ = ["QBertConfig", "QBertForSequenceClassification", "find_backbone"]
