"""The shipped weights, and the command that fetches published ones."""
