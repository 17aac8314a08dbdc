"""Writers of frames; `mpd_studio.media.exporters` opens them by id."""
