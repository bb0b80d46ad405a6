"""Build the wheel with the standard library alone: no index, no build backend.

The same sources always give the same bytes. Usage: ``python3 build_wheel.py OUTDIR``.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
_EPOCH = (2020, 1, 1, 0, 0, 0)
_TAG = "py3-none-any"


def build(out: Path) -> Path:
    """Write the wheel into a folder and give its path."""
    metadata = _project()
    stem = f"{metadata['name']}-{metadata['version']}"
    info = f"{stem}.dist-info"
    files = {
        path.relative_to(SOURCES).as_posix(): path.read_bytes()
        for path in SOURCES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    files[f"{info}/METADATA"] = _metadata(metadata).encode()
    files[f"{info}/WHEEL"] = _wheel().encode()
    files[f"{info}/entry_points.txt"] = _entry_points(metadata).encode()
    licence = HERE.parent / "LICENSE"
    if licence.is_file():
        files[f"{info}/licenses/LICENSE"] = licence.read_bytes()
    names = sorted(files, key=lambda name: (".dist-info/" in name, name))
    record = f"{info}/RECORD"
    files[record] = _record(names, files, record).encode()
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / f"{stem}-{_TAG}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in [*names, record]:
            _add(archive, name, files[name])
    return wheel


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=9)


def _record(names: list[str], files: dict[str, bytes], record: str) -> str:
    lines = []
    for name in names:
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest())
        lines.append(f"{name},sha256={digest.rstrip(b'=').decode()},{len(files[name])}")
    return "\n".join([*lines, f"{record},,"]) + "\n"


def _wheel() -> str:
    return (
        f"Wheel-Version: 1.0\nGenerator: burgee build_wheel\nRoot-Is-Purelib: true\nTag: {_TAG}\n"
    )


def _metadata(metadata: dict[str, str]) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {metadata['name']}",
        f"Version: {metadata['version']}",
        f"Summary: {metadata['description']}",
        f"License-Expression: {metadata['license']}",
        "License-File: LICENSE",
        f"Keywords: {','.join(_strings(metadata['keywords']))}",
        *(f"Classifier: {name}" for name in _strings(metadata["classifiers"])),
        f"Requires-Python: {metadata['requires-python']}",
        *(line for extra in ("flask", "openfeature") for line in _extra(extra, metadata[extra])),
        "Description-Content-Type: text/markdown",
        "",
        (HERE / "README.md").read_text(encoding="utf-8"),
    ]
    return "\n".join(lines)


def _extra(name: str, needs: str) -> list[str]:
    return [
        f"Provides-Extra: {name}",
        *(f"Requires-Dist: {need}; extra == '{name}'" for need in _strings(needs)),
    ]


def _entry_points(metadata: dict[str, str]) -> str:
    return f"[pytest11]\nburgee = {metadata['burgee']}\n"


def _project() -> dict[str, str]:
    """The few values of pyproject.toml that a wheel needs.

    tomllib came with Python 3.11, and this file must run on 3.10 too; ours is
    simple enough for one expression: a name, an equals sign, a text or a list.
    """
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8").split("[tool.hatch", 1)[0]
    pairs = re.findall(r'^([a-z-]+) = (?:"([^"]*)"|(\[[^\]]*\]))', text, re.MULTILINE)
    return {name: value or items for name, value, items in pairs}


def _strings(items: str) -> list[str]:
    return re.findall(r'"([^"]*)"', items)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 build_wheel.py OUTDIR")
    print(build(Path(sys.argv[1])))
