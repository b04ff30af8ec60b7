"""Plugins, one per file: inspectors."""
