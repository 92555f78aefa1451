"""Colouring photos from the command line."""
