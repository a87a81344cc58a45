"""Accounts for a run: people of one team who have logged in."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

COUNT = 8
PASSWORD = "correct horse battery"


def log_in(program: Path, data: Path, url: str) -> list[str]:
    """Makes accounts in one team, and returns their access tokens.

    Requests are counted for each account: several of them take what a run asks, and since all of
    them own the team, each sees what the others made.
    """
    def post(path, body, token=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def enter(email):
        command = [str(program), "account", "create", email, "--tier", "team", "--password-stdin"]
        environment = {**os.environ, "TOUCHMARK_DATA_DIR": str(data)}
        subprocess.run(command, input=PASSWORD + "\n", env=environment, text=True, check=True, capture_output=True)
        return post("/v1/auth/login", {"email": email, "password": PASSWORD})["access_token"]

    emails = [f"person{number}@example.com" for number in range(COUNT)]
    tokens = [enter(email) for email in emails]
    post("/v1/team", {"name": "Conformance"}, tokens[0])
    for email, token in list(zip(emails, tokens))[1:]:
        invited = post("/v1/team/invitations", {"email": email, "role": "admin"}, tokens[0])
        post("/v1/team/invitations/accept", {"invitation": invited["invitation"]}, token)
    return tokens
