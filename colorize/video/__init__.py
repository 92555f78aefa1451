"""Films: read, coloured without flicker, written with all they had."""
