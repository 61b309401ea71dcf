"""Checkpoints: opened by one reader, listed in the registry, found, zipped, published, described.

`open` reads any folder, `hub_model` brings a stranger's to it, `shipped` finds those of the
registry, `zipped` takes one home and back, `publish` and `card` put them on the Hub.
Imports model, data, circuit, hub and what is below.
"""
