"""Use cases: the whole product without a window. The command line calls them; the desktop runs them as jobs."""
