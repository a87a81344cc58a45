#!/usr/bin/env bash
# Finds a skill, inspects it, and verifies its pin.
set -euo pipefail
url="${TOUCHMARK_URL:-http://127.0.0.1:7080}"

found=$(curl -sSf -X POST "$url/discover" -H 'Content-Type: application/json' \
  -d '{"query": "write a conventional commit message", "limit": 5}')
skill=$(jq -r '[.results[] | select(.safety.recommended_action != "block")][0].skill_id' <<<"$found")
query=$(jq -r '.query_id' <<<"$found")

seen=$(curl -sSf -X POST "$url/inspect" -H 'Content-Type: application/json' \
  -d "{\"skill_id\": \"$skill\", \"query_id\": \"$query\"}")
jq -r '"\(.name): \(.safety.status), \(.findings | length) findings"' <<<"$seen"

curl -sSf --get "$url/verify" --data-urlencode "content_hash=$(jq -r '.pin.content_hash' <<<"$seen")" \
  | jq -r '"matched: \(.matched)"'
