"""The experiments of Section 5, each a thin main() over colorize."""

from colorize import started  # noqa: F401  all in here are commands
