"""Published payloads and small made-up ones, by name."""

import hashlib
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from pos_bridge.providers import PROVIDERS, summary
from pos_bridge.providers.base import PayloadKind

HERE = Path(__file__).parent


def body(provider: str, name: str) -> bytes:
    return (HERE / provider / "payloads" / name).read_bytes()


def document(provider: str, name: str) -> Any:
    return json.loads(body(provider, name))


def names(provider: str) -> set[str]:
    return {path.name for path in (HERE / provider / "payloads").iterdir()}


def signature_cases(provider: str) -> list[Any]:
    return list(json.loads((HERE / "signatures.json").read_text())[provider])


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def changed(value: Any, **fields: Any) -> Any:
    """The same object with some fields set."""
    return {**deepcopy(value), **fields}


def told(provider: str, folder: str, name: str) -> dict[str, Any]:
    """What we read from a published payload, in the words of read_payload."""
    kind: PayloadKind = "webhook" if name.startswith("webhook.") else "answer"
    return summary.of_reading(PROVIDERS[provider].read(body(folder, name), kind))


def expected(folder: str, name: str, table: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The row of the table, with what it leaves out empty and HASH as the hash of the bytes."""
    fingerprint = f"sha256:{hashlib.sha256(body(folder, name)).hexdigest()}"
    empty = {
        "dedupe": ["HASH"],
        "merchant": None,
        "location": None,
        "fetch": [],
        "movements": [],
        "stock_hints": [],
    }
    row = {**empty, **table[name]}
    row["dedupe"] = [fingerprint if part == "HASH" else part for part in row["dedupe"]]
    return row
