"""Place the finished gaps of this project. Resolve's menu: Workspace > Scripts > mpd studio."""

import os
import sys


def _folder():
    """Where this script and its package lie. Resolve does not tell a script of its menu where it is."""
    places = [
        os.path.dirname(os.path.abspath(path)) for path in (globals().get("__file__"), (sys.argv or [""])[0]) if path
    ]
    home, data = os.path.expanduser("~"), "Blackmagic Design/DaVinci Resolve"
    roots = [
        os.path.join(os.environ.get("APPDATA", home), data, "Support"),
        os.path.join(os.environ.get("PROGRAMDATA", home), data),
        os.path.join(home, "Library/Application Support", data),
        os.path.join("/Library/Application Support", data),
        os.path.join(home, ".local/share/DaVinciResolve"),
        "/opt/resolve",
        "/home/resolve",
    ]
    places += [os.path.join(root, "Fusion/Scripts/Utility/mpd studio") for root in roots]
    return next((place for place in places if os.path.isdir(os.path.join(place, "_mpd_bridge"))), "")


if _folder():
    sys.path.insert(0, _folder())
    from _mpd_bridge.menu import place_results

    place_results(globals())
else:
    print("MPD Studio's bridge is not complete. Install it again: mpd-studio bridge install --host resolve")
