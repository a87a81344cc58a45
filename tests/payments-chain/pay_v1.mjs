// Pays for a search with x402-fetch, a client of version 1 (X-PAYMENT): `pay_v1.mjs CACHE URL KEY QUERY`.
// Prints the status, the receipt and the answer.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [cache, url, key, query] = process.argv.slice(2);
const require = createRequire(join(cache, "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { createSigner, decodeXPaymentResponse, wrapFetchWithPayment } = await load("x402-fetch");

// A client of version 1 that read the header of version 2 would not be one.
const sent = [];
const watched = (input, init) => {
  const request = new Request(input, init);
  sent.push([...request.headers.keys()].filter((name) => name.includes("payment")));
  return fetch(request);
};
const pay = wrapFetchWithPayment(watched, await createSigner("base", key), 2_000n);
const response = await pay(`${url}/discover`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ query, limit: 3 }),
});
const receipt = response.headers.get("X-PAYMENT-RESPONSE");
console.log(
  JSON.stringify({
    status: response.status,
    sent,
    receipt: receipt && decodeXPaymentResponse(receipt),
    body: await response.json(),
  }),
);
