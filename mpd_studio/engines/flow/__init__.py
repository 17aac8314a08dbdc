"""The embedded engine: optical flow, no weights, no torch."""
