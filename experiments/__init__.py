"""The experiments of Section 5, each a thin main() over colorize."""
