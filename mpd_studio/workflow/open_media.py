"""Open what the user named: a movie, a still, or the sequence a numbered still belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.errors import MediaError
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.media.color import assumption_note
from mpd_studio.media.probe import probe
from mpd_studio.media.sequences import find_sequence


@dataclass(frozen=True, slots=True)
class OpenedMedia:
    """notes: what the user should know: assumed colour, uneven frame times, a still taken as its sequence."""

    media: MediaRef
    notes: tuple[str, ...] = ()


def open_media(path: Path, rate: FrameRate | None = None, *, as_sequence: bool = True) -> OpenedMedia:
    """Probe a file. as_sequence: a numbered still with neighbours opens as the whole sequence.

    Raises:
        MediaError: it cannot be used; the message says why.
    """
    notes = []
    try:
        pattern = find_sequence(path) if as_sequence else None
        media = probe(pattern or path, rate)
    except OSError as error:  # a drive that is pulled out meanwhile, a name that the system refuses
        raise MediaError(
            f"{path} cannot be read: {error.strerror or error}. Check its drive and permissions."
        ) from error
    if pattern is not None:
        notes.append(f"{path.name} is one of {media.frame_count} numbered pictures: opened as a sequence.")
    if note := assumption_note(media):
        notes.append(note)
    if media.is_vfr:
        notes.append(f"{media.name} has uneven frame times: frames are counted one by one.")
    return OpenedMedia(media, tuple(notes))
