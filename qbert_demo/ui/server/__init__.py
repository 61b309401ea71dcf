"""What stands between Gradio and a room full of visitors: limits, sessions, errors, the end.

It knows nothing of the page. `folder` imports no Gradio, which reads the folder's name at its
import.
"""
