"""Layers as data: what the model builder puts in a row, and the modules they stand for."""
