"""Values and rules: what a timeline, a path and a request are. Stdlib, numpy and platformdirs only."""
