"""The paper's two systems, classification and regression."""
