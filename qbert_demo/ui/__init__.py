"""The page a visitor sees, a folder for each tab; Gradio stands here and nowhere else.

It asks the service and draws with figures; of the package it imports besides results, circuit,
errors, config, settings and ranges.
"""
