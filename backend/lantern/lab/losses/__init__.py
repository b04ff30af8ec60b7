"""Plugins, one per file: losses."""
