"""Validates CycloneDX documents against the official schema. Run it with `just sbom FILE...`."""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

validator = JsonStrictValidator(SchemaVersion.V1_6)
failures = 0
for path in map(Path, sys.argv[1:]):
    error = validator.validate_str(path.read_text(encoding="utf-8"))
    failures += error is not None
    print(f"{path}: {'valid' if error is None else error}")
sys.exit(1 if failures else 0)
