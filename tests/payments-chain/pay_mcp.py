"""Pays for a search over MCP: the session of x402 around that of the Python SDK.

`create_x402_mcp_client` of the package speaks the older transport (SSE), which is not served
here; what it wraps is the same session. Both are written for version 1 of the SDK.
"""

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from x402 import x402Client
from x402.mcp import x402MCPSession

from pay_http import register


async def with_mcp(url: str, key: str, query: str):
    async with streamablehttp_client(url + "/mcp") as (reading, writing, _):
        async with ClientSession(reading, writing) as session:
            paying = x402MCPSession(session, register(x402Client(), key))
            await paying.initialize()
            return await paying.call_tool("discover_skills", {"query": query, "limit": 3})
