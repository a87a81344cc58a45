// Pays for a search over HTTP with @x402/fetch: `pay.mjs CACHE URL KEY QUERY`.
// Prints the status, the receipt and the answer.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [cache, url, key, query] = process.argv.slice(2);
const require = createRequire(join(cache, "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { wrapFetchWithPaymentFromConfig } = await load("@x402/fetch");
const { ExactEvmScheme } = await load("@x402/evm");
const { privateKeyToAccount } = await load("viem/accounts");

const pay = wrapFetchWithPaymentFromConfig(fetch, {
  schemes: [{ network: "eip155:8453", client: new ExactEvmScheme(privateKeyToAccount(key)) }],
});
const response = await pay(`${url}/discover`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ query, limit: 3 }),
});
const receipt = response.headers.get("PAYMENT-RESPONSE");
const decoded = receipt && JSON.parse(Buffer.from(receipt, "base64").toString("utf8"));
console.log(JSON.stringify({ status: response.status, receipt: decoded, body: await response.json() }));
