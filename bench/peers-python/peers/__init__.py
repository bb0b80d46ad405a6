"""The scenarios of bench/peers in Python, as far as they can be expressed.

Every engine's answers are checked before it is timed: an engine cannot be fast by
being wrong. No network is used: each engine loads its flags from a dictionary or a
file, Burgee's client from a server on loopback.
"""
