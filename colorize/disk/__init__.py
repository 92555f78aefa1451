"""Bytes on disk; knows no photo."""
