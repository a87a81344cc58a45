"""The product and the fixtures, each as a process on a port of its own."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

SKILLS = {
    "commit-messages": {
        "SKILL.md": "---\nname: commit-messages\ndescription: Writes commit messages in the imperative.\nlicense: MIT\n---\n# Commit messages\n\nRead references/style.md first.\n",
        "references/style.md": "# Style\n\nOne idea a commit.\n",
        "references/examples/good.txt": "Let the parser keep both keys\n",
    },
    "pdf-forms": {
        "SKILL.md": "---\nname: pdf-forms\ndescription: |\n  Fills in PDF forms.\n  Reads the fields first.\nmetadata:\n  version: \"2\"\n---\n# PDF forms\n\nRun scripts/fields.py on the file.\n",
        "scripts/fields.py": "import sys\nprint(sys.argv[1])\n",
    },
    "release-notes": {
        "SKILL.md": "---\nname: release-notes\ndescription: Turns merged changes into release notes.\n---\n# Release notes\n\nGroup by what a user notices.\n",
        "templates/notes.md": "# Version\n",
    },
}


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen) -> None:
    """Waits until something answers at the address."""
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"the server for {url} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {url}")


class Product:
    """`touchmark serve` over a few small skills."""

    def __init__(self, touchmark: Path, folder: Path) -> None:
        for name, files in SKILLS.items():
            for path, text in files.items():
                file = folder / "skills" / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")}
        port = free_port()
        self.touchmark = touchmark
        self.environment = environment | {
            "TOUCHMARK_DATA_DIR": str(folder / "data"),
            "TOUCHMARK_LISTEN": f"127.0.0.1:{port}",
            "TOUCHMARK_LOG": "error",
        }
        for source in ["starter", str(folder / "skills")]:
            subprocess.run([touchmark, "ingest", source], env=self.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}/mcp"
        self.process = subprocess.Popen([touchmark, "serve"], env=self.environment)
        wait_for(f"http://127.0.0.1:{port}/health", self.process)


class Fixtures:
    """The server of the suite's fixtures, with sessions or without."""

    def __init__(self, program: Path, keeps_sessions: bool) -> None:
        port = free_port()
        arguments = [program, *(["--sessions"] if keeps_sessions else []), f"127.0.0.1:{port}"]
        self.url = f"http://127.0.0.1:{port}/mcp"
        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        wait_for(self.url, self.process)


def result_files(folder: Path) -> list[tuple[str, list[dict]]]:
    """Returns the checks of each scenario that wrote its results below the folder."""
    found = []
    for file in sorted(folder.rglob("checks.json")):
        # The folder is called after kind, scenario and time.
        name = re.sub(r"-\d{4}-\d\d-\d\dT.*$", "", file.parent.name).removeprefix("server-")
        found.append((name, json.loads(file.read_text())))
    return found
