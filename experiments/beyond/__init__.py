"""What goes beyond the paper: the weights that ship, other losses."""
