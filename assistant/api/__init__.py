"""The HTTP API: what the command line prints as JSON, and the protocol of OpenAI's chats."""

from assistant.api.documentation import add_documentation
from assistant.api.endpoints import router
from assistant.api.failures import install_handlers

__all__ = ["add_documentation", "install_handlers", "router"]
