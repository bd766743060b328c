"""The pages about articles: read, browse, compare, add, remove.

Rendered here and escaped by the templates; every page works without JavaScript. `router` is all
that the server needs; `citation_address` is where a citation leads.
"""

from assistant.render.addresses import article_address, citation_address, outside
from assistant.web.pages.routes import router

__all__ = ["article_address", "citation_address", "outside", "router"]
