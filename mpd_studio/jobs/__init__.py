"""Runs any function in a QThread, reports, cancels. Knows nothing of what the work is."""
