"""Work that is spread over the workers of a Dask cluster.

This room knows no photos: it sends a function and lists of items, see
README.rst.
"""
