"""The Hugging Face Hub: how long it may take, what it has, its files, its commits, its refusals.

Imports results, settings, config and errors alone.
"""
