"""Blocks that plugins are built of: layers, activations, initial weights, data in the plane."""
