"""Render one frame of the sequencer as it is seen up to a channel, and leave every setting as it was."""

import os

from .job_folder.errors import BridgeError
from .strips import all_strips

_RENDER = ("filepath", "use_file_extension", "use_overwrite", "use_sequencer", "film_transparent", "use_placeholder")
_IMAGE = ("file_format", "color_mode", "color_depth", "compression", "color_management")
_VIEW = ("view_transform", "look", "exposure", "gamma", "use_curve_mapping")


def render_frames(scene, channel, wanted):
    """wanted: (frame, path) pairs; each becomes a 16-bit PNG with alpha. Strips above `channel` stay out of it.

    The view transform Standard is used, under which the file holds the same numbers as the strips.

    Raises:
        BridgeError: STILL_EXPORT_FAILED.
    """
    import bpy

    render = scene.render
    kept = _values(render, _RENDER) + _values(render.image_settings, _IMAGE) + _values(scene.view_settings, _VIEW)
    kept += [(strip, "mute", strip.mute) for strip in all_strips(scene) if strip.channel > channel]
    frame_before = scene.frame_current
    try:
        _prepare(scene, channel)
        for frame, path in wanted:
            scene.frame_set(frame)
            render.filepath = path
            bpy.ops.render.render(write_still=True, scene=scene.name)
            if not os.path.isfile(path) or not os.path.getsize(path):
                raise BridgeError("STILL_EXPORT_FAILED", "Blender rendered no picture of frame %d." % frame)
    except (RuntimeError, TypeError) as error:
        raise BridgeError("STILL_EXPORT_FAILED", "Blender could not render a picture: %s" % error)
    finally:
        _restore(kept)
        scene.frame_set(frame_before)


def _values(owner, names):
    return [(owner, name, getattr(owner, name)) for name in names if hasattr(owner, name)]


def _prepare(scene, channel):
    render, image, view = scene.render, scene.render.image_settings, scene.view_settings
    for strip in all_strips(scene):
        if strip.channel > channel:
            strip.mute = True
    render.use_file_extension = render.use_overwrite = render.use_sequencer = True
    render.use_placeholder = False
    render.film_transparent = True
    if hasattr(image, "color_management"):
        image.color_management = "FOLLOW_SCENE"
    image.file_format = "PNG"
    image.color_mode, image.color_depth = "RGBA", "16"
    view.view_transform = "Standard"
    view.look = "None"
    view.exposure, view.gamma = 0.0, 1.0
    view.use_curve_mapping = False


def _restore(kept):
    """In the order in which they were read: a file format decides which depths there are."""
    for owner, name, value in kept:
        try:
            setattr(owner, name, value)
        except (TypeError, AttributeError):
            continue  # a value that this Blender shows but does not take, as an unset look
