"""Files -> `Article`s: one reader module per format, and nothing about embeddings or the index.

To add a format, write a module with a `read` function like the ones here and name it in
`sources.FORMATS`.
"""

from assistant.reading.left_out import left_out
from assistant.reading.options import Options
from assistant.reading.sources import FORMATS, SourceFile, article_id, find_sources, read

__all__ = ["FORMATS", "Options", "SourceFile", "article_id", "find_sources", "left_out", "read"]
