"""The truth: articles, their passages and their vectors, in one SQLite file.

Everything else (Chroma, the lexical index) is a cache that can be rebuilt from here without
embedding again. An article with its passages and vectors is one transaction, so that a kill at any
moment leaves it whole or absent. Each change moves `Store.version` on by one, and a cache that
knows which version it reflects can ask for what changed since.

`Store` is what others use, and says what each call promises. Behind it `database` has connections
and transactions, `schema` the tables, and the other modules functions over a connection.
"""

from assistant.store.changes import Changes
from assistant.store.origins import FileState, Origin
from assistant.store.store import FILE, Store

__all__ = ["FILE", "Changes", "FileState", "Origin", "Store"]
