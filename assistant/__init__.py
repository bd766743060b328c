"""Answers questions about articles; every sentence cites the characters that support it."""
