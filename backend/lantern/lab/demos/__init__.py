"""Plugins, one per file: demos."""
