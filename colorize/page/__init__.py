"""A page in the browser: colour photos without a terminal."""
