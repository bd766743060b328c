"""Answers questions about a pile of articles; every sentence cites the characters that support it."""
