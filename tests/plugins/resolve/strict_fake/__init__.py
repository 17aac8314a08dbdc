"""A stand-in for DaVinci Resolve that is as strict as the real one is known to be, or stricter.

It follows Blackmagic's scripting notes and what users measured of their behaviour. Misuse raises and so fails the
test; a failure that is legal in Resolve is mimicked: None, False, [] or "". `world.py` holds the state as plain
values, the other modules the objects that a script gets.
"""
