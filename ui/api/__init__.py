"""Doors for other programs: REST, the OpenAI protocol and MCP, on the port of the page."""
