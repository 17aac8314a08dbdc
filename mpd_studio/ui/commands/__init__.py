"""The rows of the action table, by menu."""
