"""The canvas: the picture at the playhead or a boundary frame, with what guides the gap drawn on top."""
