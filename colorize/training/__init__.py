"""Training a network on photos."""
