"""Plugins, one per file: models."""
