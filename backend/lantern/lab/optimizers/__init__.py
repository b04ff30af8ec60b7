"""Plugins, one per file: optimizers."""
