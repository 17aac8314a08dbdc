"""What is to be filled, from the words of a command: two pictures, or two frames of a clip."""

from __future__ import annotations

import argparse

from mpd_studio.core.errors import BadInput
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.inbetween import InbetweenRequest


class WrongUsage(BadInput):
    """The words of the command do not go together; what they name is not the trouble."""

    exit_code = 2


def check_ends(arguments: argparse.Namespace) -> None:
    """Raises: WrongUsage: two pictures and a clip's frames are mixed, or one of the numbers is missing."""
    count = len(arguments.files)
    ends = (arguments.after, arguments.before)
    if count > 2:
        raise WrongUsage(f"{count} files were named; name two pictures, or one clip with --after and --before.")
    if count == 1 and None in ends:
        raise WrongUsage("One clip needs --after I and --before J: the frames on both sides of the gap.")
    if count == 2 and ends != (None, None):
        raise WrongUsage("--after and --before go with one clip, not with two files.")
    if count == 2 and arguments.new_frames is None:
        raise WrongUsage("Say how many frames are missing between the two: --new-frames N.")


def check_format(option: str, name: str | None, *, is_movie: bool) -> None:
    """Raises: WrongUsage: there is no such format."""
    from mpd_studio.media.exporters import exporter_infos

    known = [info.id for info in exporter_infos() if info.is_movie is is_movie and not info.problem]
    if name is not None and name not in known:
        kind = "movie format" if is_movie else "frame format"
        raise WrongUsage(f"{option}: '{name}' is no {kind}. Choose one of: {', '.join(known)}.")


def asked_request(arguments: argparse.Namespace) -> InbetweenRequest:
    """The request, without its engine, settings and seed. Raises: BadInput, MediaError, GuidanceError."""
    from mpd_studio.workflow.build_request import request_between_stills, request_inside_clip
    from mpd_studio.workflow.open_media import open_media

    files, guidance = arguments.files, Guidance()
    inside = len(files) == 1
    first = open_media(files[0], arguments.rate, as_sequence=inside).media
    if arguments.guidance:
        guidance = read_guidance(arguments.guidance, first.size)
    if inside:
        return request_inside_clip(
            first, arguments.after, arguments.before, arguments.new_frames, arguments.rate, guidance
        )
    last = open_media(files[1], arguments.rate, as_sequence=False).media
    rate = arguments.rate or (first.rate if first.frame_count > 1 else last.rate)
    return request_between_stills(first, last, arguments.new_frames, rate, guidance)
