"""Colours that the user names: at places of the photo, and all around."""
