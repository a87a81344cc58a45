// Compiles token.sol and prints the code that lies on the chain, in hexadecimal digits.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const solc = require("solc");
const input = {
  language: "Solidity",
  sources: { "token.sol": { content: readFileSync(new URL("token.sol", import.meta.url), "utf8") } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true },
    outputSelection: { "*": { TestToken: ["evm.deployedBytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) {
  throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
}
console.log(`0x${output.contracts["token.sol"].TestToken.evm.deployedBytecode.object}`);
