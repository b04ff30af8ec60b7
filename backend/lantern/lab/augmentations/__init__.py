"""Plugins, one per file: augmentations."""
