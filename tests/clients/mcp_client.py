"""Calls every tool of a running service with the Python client of the Model Context Protocol.

    pip install mcp==2.3.0
    touchmark serve &
    python3 tests/clients/mcp_client.py [URL] [QUERY]

Prints what it saw, and compares the tools' structured answers with those of REST.
"""

import asyncio
import json
import sys
import urllib.parse
import urllib.request

import mcp

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7080"
QUERY = sys.argv[2] if len(sys.argv) > 2 else "write a conventional commit message"


def rest(method: str, path: str, body: dict | None = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


async def main() -> None:
    async with mcp.Client(URL + "/mcp") as client:
        tools = (await client.list_tools()).tools
        print("tools:", [tool.name for tool in tools])

        async def call(name: str, arguments: dict) -> dict:
            result = await client.call_tool(name, arguments)
            text = result.content[0].text
            print(f"\n== {name} {arguments}\n{text[:400]}")
            assert not result.is_error, text
            answer = dict(result.structured_content)
            print("version:", answer.pop("version"))
            return answer

        found = await call("discover_skills", {"query": QUERY, "limit": 3})
        same = rest("POST", "/discover", {"query": QUERY, "limit": 3})
        assert found["results"] == same["results"], "discover differs from REST"
        first = found["results"][0]["skill_id"]

        seen = await call("inspect_skill", {"skill_id": first, "query_id": found["query_id"]})
        same = rest("POST", "/inspect", {"skill_id": first})
        assert {**seen, "query_id": None} == same, "inspect differs from REST"

        content_hash = seen["pin"]["content_hash"]
        verified = await call("verify_skill", {"content_hash": content_hash})
        assert verified == rest("GET", "/verify?content_hash=" + urllib.parse.quote(content_hash)), "verify differs from REST"

        refused = await client.call_tool("discover_skills", {"query": QUERY, "limt": 3})
        print("\n== unknown argument\n" + refused.content[0].text)
        assert refused.is_error
    print("\nsame answers over MCP and REST")


asyncio.run(main())
