"""A chain on this machine that looks like Base to whoever pays on it."""

import json
import subprocess
import time
import urllib.request
from pathlib import Path

CHAIN_ID = 8453
USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
# The facilitator of x402-rs does not start where these have no code; payments of accounts with
# a key never call them.
NEEDED = {
    "Validator6492": "0xdAcD51A54883eb67D95FAEb2BBfdC4a9a6BD2a3B",
    "Permit2": "0x000000000022D473030F116dDEE9F6B43aC78BA3",
    "x402ExactPermit2Proxy": "0x402085c248EeA27D92E8b30b2C58ed07f9E20001",
}
# Accounts that every development chain knows and gives gas to; their keys are no secret.
PAYER = ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
SETTLER = ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
RECIPIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


class Chain:
    """anvil with a token at the address of USDC."""

    def __init__(self, cache: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        anvil = cache / "node_modules" / ".bin" / "anvil"
        command = [anvil, "--chain-id", str(CHAIN_ID), "--port", str(port), "--silent"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(lambda: int(self.ask("eth_chainId"), 16) == CHAIN_ID, "anvil answers", self.process)
        compiled = subprocess.run(
            ["node", Path(__file__).parent / "compile.mjs", cache.resolve()], capture_output=True, text=True, check=True
        )
        self.ask("anvil_setCode", USDC, compiled.stdout.strip())
        for address in NEEDED.values():
            self.ask("anvil_setCode", address, "0x00")
        mint = "0x40c10f19" + word(PAYER[0]) + word(1_000_000)
        sent = self.ask("eth_sendTransaction", {"from": PAYER[0], "to": USDC, "data": mint})
        wait_for(lambda: self.ask("eth_getTransactionReceipt", sent) is not None, "the payer has money", self.process)
        assert self.balance(PAYER[0]) == 1_000_000

    def ask(self, method: str, *parameters):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def balance(self, address: str) -> int:
        call = {"to": USDC, "data": "0x70a08231" + word(address)}
        return int(self.ask("eth_call", call, "latest"), 16)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def word(value: str | int) -> str:
    """A word of a call: 32 bytes in hexadecimal digits."""
    number = value if isinstance(value, int) else int(value, 16)
    return f"{number:064x}"


def wait_for(condition, what: str, process: subprocess.Popen | None, seconds: float = 30) -> None:
    """Waits until something is so, or says that it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what}: the process ended with {process.returncode}")
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds} seconds")
