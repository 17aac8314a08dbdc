"""DaVinci Resolve's side of the bridge: send a gap, place what came back.

Standard library only, read by Python 3.6 and later: the interpreter is the one that Resolve brings or finds. The
installation puts `job_folder` (the protocol) and bridge_config.json into this folder.
"""
