"""Touchmark as it is used: `touchmark serve` on a loopback port, `POST /discover`, one connection a client.

The documents are ingested as a corpus file; scanning them is a part of the build time.
"""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import zstandard

from engines import RESULTS

HOST = "127.0.0.1"


class Engine:
    @staticmethod
    def build(documents, _vectors, folder):
        corpus = Path(folder) / "documents.jsonl.zst"
        with open(corpus, "wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as writer:
            for document in documents:
                writer.write(json.dumps(document.row).encode() + b"\n")
        command = [program(), "ingest", "--json", "--data-dir", str(folder), str(corpus)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [program(), "serve", "--listen", f"{HOST}:{self.port}", "--data-dir", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(1_200):
            try:
                socket.create_connection((HOST, self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise RuntimeError("touchmark serve did not start")

    def client(self):
        return Client(self.port)

    def process_ids(self):
        return [self.process.pid]

    def close(self):
        self.process.terminate()
        self.process.wait()


class Client:
    """Plain HTTP/1.1 over one connection that is kept."""

    def __init__(self, port):
        self.connection = socket.create_connection((HOST, port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def search(self, text, _vector):
        body = json.dumps({"query": text, "limit": RESULTS}).encode()
        self.connection.sendall(
            b"POST /discover HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.receive()
        head = answer[:end].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(answer) < end + 4 + length:
            answer += self.receive()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"touchmark answered {answer[:300]!r}")
        results = json.loads(answer[end + 4 :])["results"]
        return [result["source"]["content_hash"].removeprefix("sha256:")[:16] for result in results]

    def receive(self):
        if received := self.connection.recv(1 << 16):
            return received
        raise RuntimeError("touchmark closed the connection")


def program():
    return os.environ.get("TOUCHMARK", "target/release/touchmark")
