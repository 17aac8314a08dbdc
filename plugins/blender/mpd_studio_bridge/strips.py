"""Strips under one set of names: Blender renamed collection, timings and scene between 4.3 and 5.1.

Frames are whole numbers of the timeline; a strip covers [first, stop).
"""

from fractions import Fraction

SOUND = "SOUND"
# Effects that make a picture out of other strips, by their `type`.
INPUTS = ("input_1", "input_2")


def scene_of(context):
    """The scene whose strips the sequencer shows; in the background there is only the current one."""
    return getattr(context, "sequencer_scene", None) or context.scene


def collection(editor):
    """The strips outside of metas. An empty collection is falsy, so that it must not be tested by truth."""
    found = getattr(editor, "strips", None)
    return editor.sequences if found is None else found


def all_strips(scene):
    editor = scene.sequence_editor
    return [] if editor is None else list(collection(editor))


def first_of(strip):
    return int(strip.left_handle) if hasattr(strip, "left_handle") else int(strip.frame_final_start)


def stop_of(strip):
    return int(strip.right_handle) if hasattr(strip, "right_handle") else int(strip.frame_final_end)


def content_start(strip):
    """The timeline frame on which the first frame of the file would lie, which may be hidden by the handle."""
    return round(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def content_length(strip):
    return int(strip.content_duration if hasattr(strip, "content_duration") else strip.frame_duration)


def trimmed_head(strip):
    """Frames at the beginning of the file that the strip leaves out altogether, before its content begins."""
    if hasattr(strip, "content_trim_start"):
        return int(strip.content_trim_start)
    return int(getattr(strip, "animation_offset_start", 0))


def is_picture(strip):
    return strip.type != SOUND


def is_effect_on(effect, strip):
    """Whether an effect strip takes `strip` in."""
    return any(getattr(effect, name, None) == strip for name in INPUTS)


def rate_of(scene):
    """The exact rate: 24 with a base of 1.001 is 24000/1001."""
    base = Fraction(scene.render.fps_base).limit_denominator(10000)
    return Fraction(scene.render.fps) / base


def render_size(scene):
    render = scene.render
    percent = render.resolution_percentage
    return max(1, render.resolution_x * percent // 100), max(1, render.resolution_y * percent // 100)


def is_locked(editor, channel):
    channels = getattr(editor, "channels", None)
    if channels is None or channel >= len(channels):
        return False
    return bool(channels[channel].lock)


def colorspace_name(strip):
    """ "" where Blender knows none, as for a file that is missing."""
    settings = getattr(strip, "colorspace_settings", None)
    return settings.name if settings is not None else ""
