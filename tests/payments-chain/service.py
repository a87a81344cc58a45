"""`touchmark serve` with a price, on the chain of this machine."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

from chain import RECIPIENT, SETTLER, wait_for


class Service:
    """A service that takes money after one free workflow a day."""

    def __init__(self, touchmark: Path, data: Path, rpc_url: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.touchmark = touchmark
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")}
        self.environment = environment | {"TOUCHMARK_DATA_DIR": str(data)}
        subprocess.run([touchmark, "ingest", "starter"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        priced = self.environment | {
            "TOUCHMARK_LISTEN": f"127.0.0.1:{port}",
            "TOUCHMARK_FREE_DISCOVERS_PER_DAY": "1",
            "TOUCHMARK_PAYMENTS_PAY_TO": RECIPIENT,
            "TOUCHMARK_PAYMENTS_RPC_URL": rpc_url,
            "TOUCHMARK_PAYMENTS_SIGNER_KEY": SETTLER[1],
            "TOUCHMARK_PAYMENTS_PRICE": "0.002",
        }
        self.process = subprocess.Popen([touchmark, "serve"], env=priced)
        wait_for(lambda: self.ask("GET", "/health")[0] == 200, "the service answers", self.process)

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict, dict]:
        """Asks without paying; returns status, headers and body."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, dict(response.headers), json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.load(error)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
