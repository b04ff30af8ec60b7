"""Plugins, one per file: tasks."""
