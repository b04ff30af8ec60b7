"""Plugins, one per file: attributions."""
