"""The page a visitor sees, a folder for each tab. Gradio stands here and nowhere else.

Imports service, figures, circuit and the plain rooms (results, errors, config, settings). A tab
imports `parts`; a handler is a function of a module, which takes the explorer or the tuner.
"""
