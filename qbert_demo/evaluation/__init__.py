"""What models score on labelled rows, with intervals, how they differ, and the README's table.

Imports model, data and what is below them; trains nothing.
"""
