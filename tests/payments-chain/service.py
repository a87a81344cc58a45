"""`touchmark serve` with a price, on the chain of this machine."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

from chain import RECIPIENT, SETTLER, wait_for


class Service:
    """A service that takes money after some free workflows a day."""

    def __init__(self, touchmark: Path, data: Path, rpc_url: str, port: int, free_workflows: int = 1) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.touchmark = touchmark
        self.database = data / "touchmark.db"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")}
        self.environment = environment | {"TOUCHMARK_DATA_DIR": str(data)}
        subprocess.run([touchmark, "ingest", "starter"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self.priced = self.environment | {
            "TOUCHMARK_LISTEN": f"127.0.0.1:{port}",
            "TOUCHMARK_FREE_DISCOVERS_PER_DAY": str(free_workflows),
            "TOUCHMARK_PAYMENTS_PAY_TO": RECIPIENT,
            "TOUCHMARK_PAYMENTS_RPC_URL": rpc_url,
            "TOUCHMARK_PAYMENTS_SIGNER_KEY": SETTLER[1],
            "TOUCHMARK_PAYMENTS_PRICE": "0.002",
            "TOUCHMARK_LOG": "warn",
        }
        self.start()

    def start(self) -> None:
        """Serves, on the data folder of the process before."""
        self.process = subprocess.Popen([self.touchmark, "serve"], env=self.priced)
        self.wait_for(lambda: self.ask("GET", "/health")[0] == 200, "the service answers")

    def wait_for(self, condition, what: str, is_running: bool = True) -> None:
        """Waits until something is so, while the service runs or whether it does."""
        wait_for(condition, what, self.process if is_running else None)

    def ask(self, method: str, path: str, body: dict | None = None, headers: dict | None = None) -> tuple[int, dict, dict]:
        """Asks; returns status, headers and body."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | (headers or {})
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, dict(response.headers), json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.load(error)

    def kill(self) -> None:
        """Ends it as a power switch would: nothing is written any more."""
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
