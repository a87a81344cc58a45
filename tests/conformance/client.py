"""Calls every tool with the SDK of Python over HTTP and standard input: `client.py URL TOUCHMARK`.
Prints one line of JSON for each transport."""

import asyncio
import json
import os
import sys

import mcp
from mcp.client.stdio import StdioServerParameters, stdio_client


async def every_tool(client: mcp.Client) -> int:
    tools = (await client.list_tools()).tools

    async def call(name: str, arguments: dict) -> dict:
        result = await client.call_tool(name, arguments)
        text = result.content[0].text
        assert not result.is_error, f"{name}: {text}"
        assert text.startswith("Safety: "), f"{name}: no verdict first"
        return dict(result.structured_content)

    found = await call("discover_skills", {"query": "write a conventional commit message", "limit": 3})
    skill = found["results"][0]["skill_id"]
    seen = await call("inspect_skill", {"skill_id": skill, "query_id": found["query_id"]})
    digest = seen["pin"]["content_hash"]
    await call("verify_skill", {"content_hash": digest})
    await call("scan_skill", {"files": [{"path": "SKILL.md", "content": "---\nname: a\ndescription: b\n---\n# A\n"}]})
    lockfile = {"version": 1, "skills": {"a": {"source": "o/r", "sourceType": "github", "computedHash": digest[7:]}}}
    await call("check_lockfile", {"content": json.dumps(lockfile)})
    await call("explain_finding", {"rule_id": "hidden-unicode", "skill_id": skill})
    await call("compare_skills", {"base": skill, "candidate": digest})
    await client.get_prompt("choose_skill", {"task": "write a commit message"})
    resources = (await client.list_resources()).resources
    await client.read_resource(resources[0].uri)
    return len(tools)


async def main(url: str, touchmark: str) -> None:
    stdio = stdio_client(StdioServerParameters(command=touchmark, args=["mcp"], env=dict(os.environ)))
    for transport, target in [("HTTP", url), ("stdio", stdio)]:
        try:
            async with mcp.Client(target) as client:
                outcome = {"ok": True, "detail": f"{await every_tool(client)} tools"}
        except Exception as error:  # Whatever fails is a row of the table.
            outcome = {"ok": False, "detail": repr(error)[:200]}
        print(json.dumps({"name": "Python SDK 2.3.0", "transport": transport, **outcome}), flush=True)


asyncio.run(main(*sys.argv[1:3]))
