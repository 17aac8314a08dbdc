"""The editor's side of the bridge protocol (docs/bridge_protocol.md), shared by all add-ons.

Standard library only, read by Python 3.6 and later, imports nothing of MPD Studio. The installation puts a copy of this
folder inside each add-on.
"""
