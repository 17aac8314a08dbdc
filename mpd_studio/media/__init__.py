"""Files to frames, frames to files. Everything FFmpeg, OpenCV and OpenEXR know stays in this room."""
