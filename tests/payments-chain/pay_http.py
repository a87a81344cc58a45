"""Pays for a search over HTTP with the Python client of x402, asynchronous and not."""

import base64
import json

from eth_account import Account
from x402 import x402Client, x402ClientSync
from x402.http.clients import x402_requests
from x402.http.clients.httpx import x402HttpxClient
from x402.mechanisms.evm.exact import ExactEvmClientScheme
from x402.mechanisms.evm.signers import EthAccountSigner

from chain import CHAIN_ID


def receipt(headers) -> dict:
    return json.loads(base64.b64decode(headers["PAYMENT-RESPONSE"]))


def register(client, key: str):
    client.register(f"eip155:{CHAIN_ID}", ExactEvmClientScheme(EthAccountSigner(Account.from_key(key))))
    return client


async def with_httpx(url: str, key: str, query: str) -> tuple[int, dict, dict]:
    async with x402HttpxClient(register(x402Client(), key), timeout=60) as client:
        response = await client.post(url + "/discover", json={"query": query, "limit": 3})
        return response.status_code, receipt(response.headers), response.json()


def with_requests(url: str, key: str, query: str) -> tuple[int, dict, dict]:
    with x402_requests(register(x402ClientSync(), key)) as session:
        response = session.post(url + "/discover", json={"query": query, "limit": 3}, timeout=60)
        return response.status_code, receipt(response.headers), response.json()
