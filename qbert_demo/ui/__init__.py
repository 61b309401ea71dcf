"""The page a visitor sees, a folder for each tab, and the endpoints for programs.

Gradio stands here and nowhere else. Of the package this imports service, figures, circuit and the
plain rooms (results, errors, config, settings). A tab imports `parts`, and another tab only where
it shows the same; a handler is a function of a module, which takes the explorer or the tuner.
"""
