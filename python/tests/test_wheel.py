"""The wheel that is built without an index and without a build backend."""

import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-I", str(ROOT / "build_wheel.py"), str(out)],
        check=True,
        capture_output=True,
    )
    return out / "burgee-0.1.0-py3-none-any.whl"


def test_two_builds_give_the_same_bytes(wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-I", str(ROOT / "build_wheel.py"), str(tmp_path)],
        check=True,
        capture_output=True,
    )
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_record_lists_every_file_with_its_hash(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        record = archive.read("burgee-0.1.0.dist-info/RECORD").decode()
        for name, digest, size in csv.reader(io.StringIO(record)):
            names.discard(name)
            if digest:
                data = archive.read(name)
                assert len(data) == int(size)
                expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
                assert digest == f"sha256={expected.decode()}"
    assert names == set()


def test_it_holds_the_package_and_no_rubbish(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read("burgee-0.1.0.dist-info/METADATA").decode()
        entry_points = archive.read("burgee-0.1.0.dist-info/entry_points.txt").decode()
    assert {"burgee/__init__.py", "burgee/py.typed", "burgee/compat/rox.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert "Name: burgee\nVersion: 0.1.0\n" in metadata
    assert "Requires-Python: >=3.10\n" in metadata
    assert "Requires-Dist: flask>=3.0; extra == 'flask'\n" in metadata
    assert entry_points == "[pytest11]\nburgee = burgee._pytest\n"


def test_pip_installs_it_with_no_index_and_pytest_finds_the_fixture(wheel, tmp_path):
    target = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    (tmp_path / "test_it.py").write_text(
        "import burgee\n"
        "def test_it(burgee_override):\n"
        "    burgee_override({'a': True})\n"
        "    assert burgee.get('a', False) is True\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            str(tmp_path / "test_it.py"),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(target), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
