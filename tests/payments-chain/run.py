"""Pays Touchmark on a chain of this machine, with clients that others wrote.

    just payments

Every paid workflow has to move exactly 2,000 units (0.002 USDC) from the payer to the recipient,
and nothing else may move anything.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import tempfile
from pathlib import Path

import pay_http
import pay_mcp
from chain import PAYER, RECIPIENT, Chain
from gate import Gate
from kills import Kills
from service import Service

PRICE = 2_000


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Ledger:
    """Holds the balances to what should have been paid."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.paid = 0
        self.first = chain.balance(PAYER[0]), chain.balance(RECIPIENT)

    def expect(self, workflows: int, what: str) -> None:
        self.paid += workflows * PRICE
        balances = self.chain.balance(PAYER[0]), self.chain.balance(RECIPIENT)
        moved = self.first[0] - balances[0], balances[1] - self.first[1]
        assert moved == (self.paid, self.paid), f"{what}: {moved} units were paid and taken, expected {self.paid}"
        print(f"ok  {what}: {workflows * PRICE} units", flush=True)

    def expect_receipt(self, receipt: dict, what: str) -> None:
        assert receipt["success"] is True and receipt["network"] == "eip155:8453", receipt
        found = self.chain.ask("eth_getTransactionReceipt", receipt["transaction"])
        assert found is not None and found["status"] == "0x1", f"{what}: {receipt}"


def pay_with_node(cache: Path, url: str, script: str) -> dict:
    script = Path(__file__).parent / script
    command = ["node", script, cache.resolve(), url, PAYER[1], "extract text from pdf"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pay_with_touchmark(service: Service, *arguments: str, key: str | None = PAYER[1]):
    environment = service.environment | ({"TOUCHMARK_WALLET_KEY": key} if key else {})
    command = [service.touchmark, *arguments, "--json", "--url", service.url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_the_facilitator(chain: Chain) -> None:
    """Runs the tests of the crate that need a chain, which move its clock."""
    command = ["cargo", "test", "--quiet", "--lib", "facilitator::chain", "--", "--ignored"]
    root = Path(__file__).parents[2]
    subprocess.run(command, check=True, cwd=root, env=os.environ | {"TOUCHMARK_TEST_CHAIN": chain.url})


def walk(service: Service, ledger: Ledger, cache: Path) -> None:
    status, _, _ = service.ask("POST", "/discover", {"query": "write a commit message"})
    assert status == 200
    ledger.expect(0, "the free workflow")

    status, headers, body = service.ask("POST", "/discover", {"query": "write a commit message"})
    names = {name.lower() for name in headers}
    assert (status, body["error"]["code"]) == (402, "PAYMENT_REQUIRED") and "payment-required" in names, (status, body)
    ledger.expect(0, "a challenge")

    done = pay_with_node(cache, service.url, "pay.mjs")
    assert done["status"] == 200 and done["body"]["query_id"], done
    ledger.expect_receipt(done["receipt"], "@x402/fetch")
    ledger.expect(1, "@x402/fetch")

    done = pay_with_node(cache, service.url, "pay_v1.mjs")
    assert done["status"] == 200 and done["body"]["query_id"], done
    assert done["sent"] == [[], ["x-payment"]], done["sent"]
    assert done["receipt"]["success"] is True and done["receipt"]["network"] == "base", done["receipt"]
    ledger.expect(1, "x402-fetch, version 1")

    status, receipt, body = asyncio.run(pay_http.with_httpx(service.url, PAYER[1], "extract text from pdf"))
    assert status == 200, body
    ledger.expect_receipt(receipt, "httpx")
    ledger.expect(1, "x402 for Python, httpx")

    # A workflow is a search and five inspections of what it found.
    found = body["results"][0]["skill_id"]
    for _ in range(5):
        status, _, answer = service.ask("POST", "/inspect", {"skill_id": found, "query_id": body["query_id"]})
        assert status == 200, answer
    ledger.expect(0, "five inspections of a paid search")

    status, receipt, body = pay_http.with_requests(service.url, PAYER[1], "review a pull request")
    assert status == 200, body
    ledger.expect_receipt(receipt, "requests")
    ledger.expect(1, "x402 for Python, requests")

    result = asyncio.run(pay_mcp.with_mcp(service.url, PAYER[1], "review a pull request"))
    assert result.payment_made and not result.is_error, result
    assert result.payment_response is not None, f"no receipt over MCP: {result}"
    ledger.expect_receipt(result.payment_response.model_dump(), "MCP")
    ledger.expect(1, "x402 for Python over MCP")

    done = pay_with_touchmark(service, "search", "review a pull request")
    assert done.returncode == 0 and json.loads(done.stdout)["results"], done.stderr
    assert done.stderr.startswith("note: paid 0.002 USDC to "), done.stderr
    ledger.expect(1, "touchmark search")

    done = pay_with_touchmark(service, "inspect", found)
    assert done.returncode == 0 and done.stderr.startswith("note: paid 0.002 USDC to "), done.stderr
    ledger.expect(1, "touchmark inspect without a query_id")

    for what, arguments, key in [
        ("a search that may cost nothing", ("search", "pdf", "--max-price", "0.001"), PAYER[1]),
        ("a search without a key", ("search", "pdf"), None),
        ("an account without money", ("search", "pdf"), "0x" + "1" * 64),
    ]:
        done = pay_with_touchmark(service, *arguments, key=key)
        assert done.returncode == 1, done.stdout
        ledger.expect(0, what)

    status, _, body = service.ask("GET", "/verify?content_hash=sha256:" + "0" * 64)
    assert status == 200, body
    ledger.expect(0, "a verification")


def kill(touchmark: Path, chain: Chain) -> None:
    """Kills services while they settle; nothing is free, because counts of a moment are lost with them."""
    gate = Gate(chain.url)
    try:
        with tempfile.TemporaryDirectory() as data:
            service = Service(touchmark, Path(data), gate.url, free_port(), free_workflows=0)
            try:
                Kills(service, chain, gate).run()
            finally:
                service.stop()
    finally:
        gate.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--touchmark", type=Path, required=True)
    arguments = arguments.parse_args()
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    chain = Chain(arguments.cache, free_port())
    try:
        test_the_facilitator(chain)
    finally:
        chain.stop()
    chain = Chain(arguments.cache, free_port())
    try:
        with tempfile.TemporaryDirectory() as data:
            service = Service(arguments.touchmark.resolve(), Path(data), chain.url, free_port())
            try:
                walk(service, Ledger(chain), arguments.cache)
            finally:
                service.stop()
        # Last: it moves the clock of the chain.
        kill(arguments.touchmark.resolve(), chain)
    finally:
        chain.stop()


if __name__ == "__main__":
    main()
