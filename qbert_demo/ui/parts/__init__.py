"""What several tabs are made of: components, forms, events by names, safe HTML, sentences.

Imports no tab.
"""
