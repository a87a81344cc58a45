"""Finds a skill, inspects it, and verifies its pin."""

import json
import os
import urllib.parse
import urllib.request

URL = os.environ.get("TOUCHMARK_URL", "http://127.0.0.1:7080")


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


found = ask("/discover", {"query": "write a conventional commit message", "limit": 5})
usable = [result for result in found["results"] if result["safety"]["recommended_action"] != "block"]
seen = ask("/inspect", {"skill_id": usable[0]["skill_id"], "query_id": found["query_id"]})
print(f"{seen['name']}: {seen['safety']['status']}, {len(seen['findings'])} findings")

pin = urllib.parse.urlencode({"content_hash": seen["pin"]["content_hash"]})
print(f"matched: {str(ask(f'/verify?{pin}')['matched']).lower()}")
