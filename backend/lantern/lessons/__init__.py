"""Lessons: one Markdown file each, with a ready experiment, and their loader."""
