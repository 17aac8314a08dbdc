"""Engines: each makes the frames of a gap in its own way. They are found by name in registry.py."""
