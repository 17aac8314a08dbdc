"""Which frame of which file a strip shows, if what is seen is the file's frame as it is."""

import os

from .job_folder.errors import BridgeError
from .strips import content_length, content_start, first_of, is_effect_on, rate_of, stop_of, trimmed_head

# Modes of blending in which an opaque picture shows as it is.
_PLAIN_BLENDS = ("REPLACE", "ALPHA_OVER", "CROSS", "GAMMA_CROSS")
_TRANSFORM = ("offset_x", "offset_y", "scale_x", "scale_y", "rotation")
_CROP = ("min_x", "max_x", "min_y", "max_y")
_SWITCHES = ("use_reverse_frames", "use_flip_x", "use_flip_y", "use_deinterlace")
_FACTORS = ("color_saturation", "color_multiply", "blend_alpha")


def source_frame(scene, strip, frame, everything):
    """{"path", "index", "clip_rate"?} of the file's frame that stands at a timeline frame.

    everything: all strips of the scene, among which effects on this one are looked for.

    Raises:
        BridgeError: UNSUPPORTED_CLIP, with detail.reason: what is seen is not simply a frame of a file.
    """
    if strip.type not in ("MOVIE", "IMAGE"):
        raise _unsupported(strip, "compound", "is made by Blender (%s)" % strip.type.lower())
    _check_untouched(strip)
    for effect in everything:
        if not effect.mute and is_effect_on(effect, strip) and first_of(effect) <= frame < stop_of(effect):
            raise _unsupported(strip, "transition", "runs into the effect '%s' there" % effect.name)
    inside = min(max(frame - content_start(strip), 0), max(0, content_length(strip) - 1))
    index = inside + trimmed_head(strip)
    if strip.type == "MOVIE":
        return _movie_frame(scene, strip, index)
    return _picture(strip, index)


def same_place(one, other):
    """Whether two strips put their pictures to the same place and size, so that a new one between them can too."""
    return all(abs(getattr(one.transform, name) - getattr(other.transform, name)) < 1e-6 for name in _TRANSFORM)


def copy_place(source, target):
    for name in _TRANSFORM:
        setattr(target.transform, name, getattr(source.transform, name))


def _check_untouched(strip):
    keys = getattr(strip, "retiming_keys", None)
    if (keys is not None and len(keys) > 0) or getattr(strip, "speed_factor", 1.0) != 1.0:
        raise _unsupported(strip, "retime", "is retimed")
    changed = [name for name in _SWITCHES if getattr(strip, name, False)]
    changed += [name for name in _FACTORS if getattr(strip, name, 1.0) != 1.0]
    if getattr(strip, "strobe", 0.0) > 1.0:  # up to 1, every frame is shown
        changed.append("strobe")
    changed += ["crop" for name in _CROP if getattr(strip.crop, name)]
    if len(strip.modifiers):
        changed.append("modifiers")
    if strip.blend_type not in _PLAIN_BLENDS:
        changed.append("blend mode")
    if changed:
        raise _unsupported(strip, "effects", "is changed by Blender (%s)" % changed[0].replace("_", " "))


def _movie_frame(scene, strip, index):
    import bpy

    path = os.path.normpath(bpy.path.abspath(strip.filepath))
    if not os.path.isfile(path):
        raise _unsupported(strip, "offline", "is missing its file %s" % path)
    fps = float(getattr(strip, "fps", 0.0))
    if fps and abs(fps - float(rate_of(scene))) > 0.005:
        raise _unsupported(strip, "rate", "has %g frames a second, the scene %g" % (fps, float(rate_of(scene))))
    return {"path": path, "index": index}


def _picture(strip, index):
    import bpy

    elements = strip.elements
    name = elements[min(index, len(elements) - 1)].filename
    path = os.path.normpath(os.path.join(bpy.path.abspath(strip.directory), name))
    if not os.path.isfile(path):
        raise _unsupported(strip, "offline", "is missing its file %s" % path)
    return {"path": path, "index": 0}


def _unsupported(strip, reason, words):
    message = "The strip '%s' %s, so that its file does not hold what is seen." % (strip.name, words)
    return BridgeError("UNSUPPORTED_CLIP", message, reason=reason, strip=strip.name)
