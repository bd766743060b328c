"""The web chat and the pages beside it: thin shells over one engine."""
