// Finds a skill, inspects it, and verifies its pin.
const url = process.env.TOUCHMARK_URL ?? "http://127.0.0.1:7080";

async function ask(path: string, body?: object): Promise<any> {
  const response = await fetch(url + path, body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const found = await ask("/discover", { query: "write a conventional commit message", limit: 5 });
const usable = found.results.filter((result: any) => result.safety.recommended_action !== "block");
const seen = await ask("/inspect", { skill_id: usable[0].skill_id, query_id: found.query_id });
console.log(`${seen.name}: ${seen.safety.status}, ${seen.findings.length} findings`);

const pin = new URLSearchParams({ content_hash: seen.pin.content_hash });
console.log(`matched: ${(await ask(`/verify?${pin}`)).matched}`);
