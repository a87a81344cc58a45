// Calls every tool with the SDKs of TypeScript, version 1 and version 2, over HTTP and standard
// input: `clients.mjs CACHE URL TOUCHMARK`. Prints one line of JSON for each combination.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [cache, url, touchmark] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${cache}/package.json`));
const load = (name) => import(pathToFileURL(require.resolve(name)));

async function everyTool(client) {
  const { tools } = await client.listTools();
  const call = async (name, args) => {
    const result = await client.callTool({ name, arguments: args });
    if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
    if (!result.content[0].text.startsWith("Safety: ")) throw new Error(`${name}: no verdict first`);
    return result.structuredContent;
  };
  const found = await call("discover_skills", { query: "write a conventional commit message", limit: 3 });
  const id = found.results[0].skill_id;
  const seen = await call("inspect_skill", { skill_id: id, query_id: found.query_id });
  const hash = seen.pin.content_hash;
  await call("verify_skill", { content_hash: hash });
  await call("scan_skill", { files: [{ path: "SKILL.md", content: "---\nname: a\ndescription: b\n---\n# A\n" }] });
  const lockfile = { version: 1, skills: { a: { source: "o/r", sourceType: "github", computedHash: hash.slice(7) } } };
  await call("check_lockfile", { content: JSON.stringify(lockfile) });
  await call("explain_finding", { rule_id: "hidden-unicode", skill_id: id });
  await call("compare_skills", { base: id, candidate: hash });
  await client.getPrompt({ name: "choose_skill", arguments: { task: "write a commit message" } });
  const { resources } = await client.listResources();
  await client.readResource({ uri: resources[0].uri });
  return tools.length;
}

const v1 = await load("@modelcontextprotocol/sdk/client/index.js");
const v1Http = await load("@modelcontextprotocol/sdk/client/streamableHttp.js");
const v1Stdio = await load("@modelcontextprotocol/sdk/client/stdio.js");
const v2 = await load("@modelcontextprotocol/client");
const v2Stdio = await load("@modelcontextprotocol/client/stdio").catch(() => v2);

const info = { name: "touchmark-conformance", version: "1.0.0" };
const stdio = { command: touchmark, args: ["mcp"], env: process.env, stderr: "ignore" };
const modern = { versionNegotiation: { mode: { pin: "2026-07-28" } } };
const rows = [
  ["TypeScript SDK 1.32.2", "HTTP", () => new v1.Client(info), () => new v1Http.StreamableHTTPClientTransport(new URL(url))],
  ["TypeScript SDK 1.32.2", "stdio", () => new v1.Client(info), () => new v1Stdio.StdioClientTransport(stdio)],
  ["TypeScript SDK 2.4.0", "HTTP", () => new v2.Client(info), () => new v2.StreamableHTTPClientTransport(new URL(url))],
  ["TypeScript SDK 2.4.0, 2026-07-28", "HTTP", () => new v2.Client(info, modern), () => new v2.StreamableHTTPClientTransport(new URL(url))],
  ["TypeScript SDK 2.4.0", "stdio", () => new v2.Client(info), () => new v2Stdio.StdioClientTransport(stdio)],
];
for (const [name, transport, makeClient, makeTransport] of rows) {
  let outcome;
  try {
    const client = makeClient();
    await client.connect(makeTransport());
    outcome = { ok: true, detail: `${await everyTool(client)} tools` };
    await client.close();
  } catch (error) {
    outcome = { ok: false, detail: String(error.message ?? error).slice(0, 200) };
  }
  console.log(JSON.stringify({ name, transport, ...outcome }));
}
process.exit(0);
