"""Plugins, one per file: datasets."""
