"""Lantern shows the inside of neural networks while they learn."""

__version__ = "0.1.0"
