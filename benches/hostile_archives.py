#!/usr/bin/env python3
"""Looks at every hostile archive with the program, each in a process of its own, and prints how
long the slowest took and how much memory the largest.

    benches/hostile_archives.py TOUCHMARK FOLDER

FOLDER holds what the test `write_hostile_archives` wrote. A registry on this machine serves each
archive with the right digest, as an npm tarball, a wheel or a source. Fails where one is not
refused, takes 2 seconds or more, or more memory than 64 MB; a program that was built for
debugging needs that much for nothing, and may take 16 MB beside it.
"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import sys
import threading
import time

SECONDS = 2.0
MEGABYTES = 64.0
BESIDE_MEGABYTES = 16.0


class Registry(http.server.BaseHTTPRequestHandler):
    """Speaks as much of both protocols as one release needs."""

    archive = b""
    file_name = ""

    def do_GET(self):
        digest = hashlib.sha256(self.archive)
        if self.path == "/file":
            body = self.archive
        elif self.path == "/demo/1.0.0":
            integrity = "sha256-" + base64.b64encode(digest.digest()).decode()
            dist = {"tarball": "/file", "integrity": integrity}
            body = json.dumps({"name": "demo", "version": "1.0.0", "dist": dist}).encode()
        elif self.path == "/simple/demo/":
            file = {"filename": self.file_name, "url": "/file", "hashes": {"sha256": digest.hexdigest()}}
            body = json.dumps({"meta": {"api-version": "1.0"}, "name": "demo", "files": [file]}).encode()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(program, environment, spec, told):
    """Runs the program, and returns its exit code, seconds and megabytes at most; what it tells
    goes into the file `told`."""
    started = time.monotonic()
    # The registry has threads; a child that only becomes another program needs none of them.
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, told, write, 0o600)]
    child = os.posix_spawn(program, [program, "package", spec], environment, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - started, usage.ru_maxrss / 1024


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_address[1]}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TOUCHMARK_NPM": f"{root}/", "TOUCHMARK_PYPI": f"{root}/simple/"}
    archives = json.loads((folder / "list.json").read_text())
    # What the program needs to ask for a package that there is not.
    _, _, own = look(program, environment, "npm:missing@1.0.0", str(folder / "told"))
    most = max(MEGABYTES, own + BESIDE_MEGABYTES)
    measured, wrong = [], []
    for archive in archives:
        Registry.archive = (folder / str(archive["number"])).read_bytes()
        for file_name in archive["served"]:
            Registry.file_name = file_name
            spec = "npm:demo@1.0.0" if file_name.endswith(".tgz") else "pypi:demo==1.0"
            told = folder / "told"
            code, seconds, megabytes = look(program, environment, spec, str(told))
            is_refused = code == 1 and any(reason in told.read_text() for reason in ("is not unpacked", "is not read"))
            name = f"{archive['name']} as {file_name}"
            measured.append((name, seconds, megabytes))
            if not is_refused or seconds >= SECONDS or megabytes > most:
                wrong.append(f"{name}: exit code {code}, {seconds:.2f} s, {megabytes:.1f} MB")
    print(f"{len(archives)} archives, looked at {len(measured)} times; the program itself takes {own:.1f} MB")
    for title, place in (("slowest", 1), ("largest", 2)):
        for name, seconds, megabytes in sorted(measured, key=lambda row: -row[place])[:3]:
            print(f"{title}: {seconds:.2f} s, {megabytes:.1f} MB: {name}")
    for text in wrong:
        print(f"NOT AS IT SHOULD BE: {text}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
