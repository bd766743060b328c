"""Text -> vectors, by all-MiniLM-L6-v2. The only user of torch and of its tokenizer.

The model is loaded from the folder of an installed package when first needed; nothing is asked of
a hub. Objects of torch do not leave this package.
"""

from assistant.embedding.embedder import (
    DIMENSION,
    NAME,
    REMEMBERED_TEXTS,
    Embedder,
    TokenVectors,
)

__all__ = ["DIMENSION", "NAME", "REMEMBERED_TEXTS", "Embedder", "TokenVectors"]
