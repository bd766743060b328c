"""Trains the reader that ships in the package: `prepare`, `train`, `evaluate`, `export`.

For development only. The files that are read are public data sets; they do not come with the
project (`sources` says which and in what form).
"""
