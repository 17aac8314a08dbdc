"""Puts this folder on the import path of the rooms below it, which use its scenes and measures."""
