"""Use cases: the whole product without a window. The command line calls these functions; the desktop runs them as jobs."""
