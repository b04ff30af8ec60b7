"""Plugins, one per file: schedules."""
