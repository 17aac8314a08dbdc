"""The yardstick: a plain cross-fade."""
