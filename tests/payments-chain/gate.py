"""A node that can be made to wait: between the service and the chain."""

import contextlib
import http.server
import json
import threading
import urllib.request


class Gate:
    """Passes calls of JSON-RPC on to a node, and can keep those of one method for itself."""

    def __init__(self, node_url: str) -> None:
        gate = self
        self.node_url = node_url
        self.held: str | None = None
        self.arrived = threading.Event()
        self.opened = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                # Whoever asked may have been killed.
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def do_POST(self) -> None:
                gate.pass_on(self)

            def log_message(self, *_) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self, method: str) -> None:
        """Keeps calls of `method` from now on: they never reach the node."""
        self.arrived, self.opened, self.held = threading.Event(), threading.Event(), method

    def open(self) -> None:
        """Drops what was kept, and passes everything on again."""
        self.held = None
        self.opened.set()

    def pass_on(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        calls = json.loads(body)
        methods = {call["method"] for call in (calls if isinstance(calls, list) else [calls])}
        if self.held in methods:
            opened = self.opened
            self.arrived.set()
            opened.wait()
            handler.close_connection = True
            return
        request = urllib.request.Request(self.node_url, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = response.read()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def stop(self) -> None:
        self.open()
        self.server.shutdown()
        self.server.server_close()
