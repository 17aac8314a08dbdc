"""MPD Studio: fill a gap on a timeline with new frames, exactly as many as are missing."""

__version__ = "0.1.0"
