"""Films: read, coloured without flicker, written with all they had."""

__all__ = ['STEADY']

#: How steady colours are without a wish, 0 to 1. In `make film` more of it
#: makes colours paler and less right, and hardly steadier.
STEADY = 0.5
