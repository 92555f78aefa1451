"""Colour as arrays: spaces, bins, metrics; nothing here opens a file."""

from colorize.color.spaces import *  # noqa: F401, F403
