#!/usr/bin/env python3
"""Reviews an OpenAPI 3 document (JSON) for what a machine can see.

    review_openapi.py FILE [--previous FILE] [--json]

With --previous, changes that break clients are reported too.
Exit status: 0 no errors, 1 errors, 2 a document cannot be read.
"""

import argparse
import json
import re
import signal
import sys
from pathlib import Path

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
VERBS = re.compile(r"^(get|list|create|update|delete|remove|fetch|add|set)[A-Z_-]|^(get|list|create|update|delete|fetch)$")
PAGING = re.compile(r"cursor|page|offset|limit|after|before|token", re.IGNORECASE)


class Unreadable(Exception):
    """The document cannot be reviewed."""


class Document:
    def __init__(self, path):
        try:
            self.data = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise Unreadable(str(error)) from None
        except ValueError as error:
            raise Unreadable(f"{path} is not JSON ({error}); convert YAML to JSON first") from None
        if not isinstance(self.data, dict) or not str(self.data.get("openapi", "")).startswith("3."):
            raise Unreadable(f"{path} is not an OpenAPI 3 document")

    def resolve(self, node):
        """Follows local references; gives an empty object for what is not there."""
        for _ in range(32):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self.find(reference)
        return {}

    def find(self, reference):
        if not reference.startswith("#/"):
            return None
        node = self.data
        for part in reference[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, dict) and part in node:
                node = node[part]
            else:
                return None
        return node

    def operations(self):
        for path, item in sorted((self.data.get("paths") or {}).items()):
            item = self.resolve(item)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield path, method, item, item[method]

    def parameters(self, item, operation):
        found = {}
        for parameter in [*(item.get("parameters") or []), *(operation.get("parameters") or [])]:
            parameter = self.resolve(parameter)
            if "name" in parameter:
                found[parameter.get("in"), parameter["name"]] = parameter
        return found

    def schema_of(self, body):
        content = self.resolve(body).get("content") or {}
        for kind, media in content.items():
            if "json" in kind and isinstance(media, dict):
                return self.resolve(media.get("schema") or {}), media
        return {}, {}

    def fields(self, schema, above=()):
        """Returns {path of the field: (type, is required)} of an object, through allOf and items."""
        schema = self.resolve(schema)
        found = {}
        # A schema that holds itself is listed once.
        if id(schema) in above:
            return found
        above = (*above, id(schema))
        for part in schema.get("allOf") or []:
            found |= self.fields(part, above)
        required = schema.get("required") or []
        for name, field in (schema.get("properties") or {}).items():
            field = self.resolve(field)
            found[name] = (json.dumps(field.get("type")), name in required)
            for inner, value in self.fields(field, above).items():
                found[f"{name}.{inner}"] = value
        if "items" in schema:
            for inner, value in self.fields(schema["items"], above).items():
                found[f"[].{inner}"] = value
        return found


def review(document):
    names = {}
    has_security = bool(document.data.get("security"))
    if not (document.data.get("info") or {}).get("version"):
        yield "error", "info", "info.version is missing"
    for reference, place in references(document.data, "#"):
        if reference.startswith("#/") and document.find(reference) is None:
            yield "error", place, f"{reference} points to nothing"

    for path, method, item, operation in document.operations():
        place = f"{method.upper()} {path}"
        name = operation.get("operationId")
        if not name:
            yield "error", place, "no operationId, generated clients will invent a name"
        elif name in names:
            yield "error", place, f"operationId {name} is also that of {names[name]}"
        else:
            names[name] = place
        if not (operation.get("summary") or operation.get("description")):
            yield "review", place, "no summary"

        for part in path.split("/"):
            if VERBS.match(part):
                yield "review", place, f"the path names an action ({part}); the method says it already"
        if len(path) > 1 and path.endswith("/"):
            yield "review", place, "the path ends with a slash"
        parameters = document.parameters(item, operation)
        declared = {name for kind, name in parameters if kind == "path"}
        in_path = set(re.findall(r"{([^}]+)}", path))
        for missing in sorted(in_path - declared):
            yield "error", place, f"path parameter {missing} is not declared"
        for extra in sorted(declared - in_path):
            yield "error", place, f"path parameter {extra} is not in the path"
        for (kind, name), parameter in sorted(parameters.items(), key=str):
            if kind == "query" and re.search(r"password|secret|api_?key|token$", name, re.IGNORECASE) and not PAGING.fullmatch(name):
                if name.lower() not in ("page_token", "next_token", "continuation_token"):
                    yield "error", place, f"query parameter {name} puts a secret into an address, and addresses are logged"

        responses = operation.get("responses") or {}
        codes = set(map(str, responses))
        if not any(code.startswith(("2", "3")) for code in codes) and "default" not in codes:
            yield "error", place, "no response for success"
        if not any(code.startswith("4") or code == "default" for code in codes):
            yield "error", place, "no response for errors"
        if method == "get" and "requestBody" in operation:
            yield "error", place, "GET has a request body"
        if method == "delete" and "requestBody" in operation:
            yield "review", place, "DELETE has a request body, which some proxies drop"
        if "security" not in operation and not has_security:
            yield "review", place, "no security is stated; write `security: []` if it is public"
        if method == "post" and not any("idempotency" in name.lower() for _, name in parameters):
            yield "review", place, "POST without an idempotency key: what does a repeated request do?"

        if "requestBody" in operation:
            schema, media = document.schema_of(operation["requestBody"])
            if schema and not ({"example", "examples"} & (set(media) | set(schema))):
                yield "review", place, "no example of a request"
        for code, response in responses.items():
            if not str(code).startswith("2"):
                continue
            schema, media = document.schema_of(response)
            if schema and not ({"example", "examples"} & (set(media) | set(schema))):
                yield "review", place, f"no example of response {code}"
            if schema.get("type") == "array":
                yield "review", place, f"response {code} is a bare array: no field can be added beside it"
            holds_list = schema.get("type") == "array" or any(document.resolve(field).get("type") == "array" for field in (schema.get("properties") or {}).values())
            if method == "get" and holds_list and not path.endswith("}") and not any(PAGING.search(name) for _, name in parameters):
                yield "review", place, "a list without a limit or a cursor"


def references(node, place):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"], place
        for key, value in node.items():
            yield from references(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from references(value, f"{place}/{index}")


def breaks(old, new):
    now = {(path, method): (item, operation) for path, method, item, operation in new.operations()}
    for path, method, item, operation in old.operations():
        place = f"{method.upper()} {path}"
        if (path, method) not in now:
            yield "error", place, "breaking: it is gone"
            continue
        new_item, new_operation = now[path, method]
        before, after = old.parameters(item, operation), new.parameters(new_item, new_operation)
        for kind, name in before:
            if (kind, name) not in after:
                yield "error", place, f"breaking: {kind} parameter {name} is gone"
        for (kind, name), parameter in after.items():
            was_required = before.get((kind, name), {}).get("required", False)
            if parameter.get("required") and not was_required:
                yield "error", place, f"breaking: {kind} parameter {name} is now required"
        before = old.fields(old.schema_of(operation.get("requestBody") or {})[0])
        after = new.fields(new.schema_of(new_operation.get("requestBody") or {})[0])
        for name, (kind, is_required) in after.items():
            if is_required and not before.get(name, (None, False))[1]:
                yield "error", place, f"breaking: request field {name} is now required"
        for name, (kind, _) in before.items():
            if name in after and after[name][0] != kind:
                yield "error", place, f"breaking: request field {name} was {kind}, is {after[name][0]}"
        for code, response in (operation.get("responses") or {}).items():
            new_response = (new_operation.get("responses") or {}).get(code)
            if new_response is None:
                yield "error", place, f"breaking: response {code} is gone"
                continue
            before, after = old.fields(old.schema_of(response)[0]), new.fields(new.schema_of(new_response)[0])
            for name, (kind, _) in before.items():
                if name not in after:
                    yield "error", place, f"breaking: field {name} of response {code} is gone"
                elif after[name][0] != kind:
                    yield "error", place, f"breaking: field {name} of response {code} was {kind}, is {after[name][0]}"


def main():
    parser = argparse.ArgumentParser(description="Reviews an OpenAPI 3 document (JSON) for what a machine can see.")
    parser.add_argument("file")
    parser.add_argument("--previous", help="the published version, to find what breaks clients")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        document = Document(arguments.file)
        found = list(review(document))
        if arguments.previous:
            found = list(breaks(Document(arguments.previous), document)) + found
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    found.sort(key=lambda finding: finding[0] != "error")
    if arguments.json:
        json.dump([dict(zip(("level", "place", "text"), finding)) for finding in found], sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        for level, place, text in found:
            print(f"{level:6}  {place}: {text}")
    errors = sum(finding[0] == "error" for finding in found)
    print(f"{errors} errors, {len(found) - errors} to review", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    # `| head` should end the program quietly.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
