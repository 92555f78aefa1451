"""Trained networks for other programs: ONNX."""
