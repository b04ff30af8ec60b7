"""Plugins, one per file: attacks."""
