"""One file from which Rampart installs where no network is: what is in it, and that it does."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
MAKE = ROOT / "requirements" / "bundle" / "make.py"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def maker() -> Iterator[ModuleType]:
    spec = spec_from_file_location("make_bundle", MAKE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["make_bundle"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_bundle"]


def make(into: Path, *options: str) -> Path:
    """The bundle as `make bundle` writes it."""
    done = subprocess.run(
        [sys.executable, str(MAKE), "--into", str(into), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    file = Path(done.stdout.splitlines()[0])
    assert done.stdout.splitlines()[-1] == f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}"
    return file


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("windows"), "--platform", "win_amd64")


@pytest.fixture
def folder(bundle: Path, tmp_path: Path) -> Path:
    """The bundle, unpacked."""
    with zipfile.ZipFile(bundle) as file:
        file.extractall(tmp_path)
    return tmp_path / bundle.stem


def shown(text: str, prompt: str) -> list[str]:
    """Commands of a text of instructions."""
    return [line[2:] for line in text.splitlines() if line.startswith(f"{prompt} ")]


# What a requirement of the lock means on another machine ------------------------------------------------------------


def test_the_lock_is_read(maker: ModuleType) -> None:
    text = "a==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    text += "b-c==2 ; sys_platform == 'win32' \\\n    --hash=sha256:cc\n"
    one, two = maker.read_lock(text)
    assert (one.name, one.version, one.marker, one.hashes) == ("a", "1.0", None, ("aa", "bb"))
    assert (two.name, two.version, str(two.marker), two.hashes) == ("b-c", "2", 'sys_platform == "win32"', ("cc",))


@pytest.mark.parametrize("line", ["a>=1.0 --hash=sha256:aa", "a==1.0", "a --hash=sha256:aa"])
def test_a_lock_without_version_or_hash_is_refused(maker: ModuleType, line: str) -> None:
    with pytest.raises(maker.Refused, match="make lock"):
        maker.read_lock(line + "\n")


@pytest.mark.parametrize(
    ("platform", "python", "wanted"),
    [
        ("win_amd64", "3.11", ("nt", "win32", "Windows", "AMD64", "3.11")),
        ("win32", "3.12", ("nt", "win32", "Windows", "x86", "3.12")),
        ("macosx_14_0_arm64", "3.13", ("posix", "darwin", "Darwin", "arm64", "3.13")),
        ("manylinux_2_28_aarch64", "3.12", ("posix", "linux", "Linux", "aarch64", "3.12")),
        ("manylinux2014_x86_64", "3.12", ("posix", "linux", "Linux", "x86_64", "3.12")),
    ],
)
def test_markers_are_those_of_the_other_machine(
    maker: ModuleType, platform: str, python: str, wanted: tuple[str, ...]
) -> None:
    there = maker.Target(platform, python).environment()
    names = ("os_name", "sys_platform", "platform_system", "platform_machine", "python_version")
    assert tuple(there[name] for name in names) == wanted


def test_an_unknown_platform_is_refused(maker: ModuleType) -> None:
    with pytest.raises(maker.Refused, match="amiga"):
        maker.Target("amiga", "3.11").environment()


def test_a_linux_takes_what_was_built_for_an_older_one(maker: ModuleType) -> None:
    options = maker.Target("manylinux_2_17_x86_64", "3.12").pip_options()
    tags = [value for name, value in pairwise(options) if name == "--platform"]
    assert tags[:2] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    assert "manylinux_2_5_x86_64" in tags
    assert "manylinux_2_18_x86_64" not in tags
    assert maker.Target(None, PYTHON).pip_options() == []


def wheel(maker: ModuleType, name: str, *requires: str, file: str = "x-1-py3-none-any.whl", **more: str) -> Any:
    """A wheel that says what it requires."""
    metadata = Message()
    metadata["Name"], metadata["Version"] = name, "1"
    for text in requires:
        metadata["Requires-Dist"] = text
    for key, value in more.items():
        metadata[key.replace("_", "-")] = value
    return maker.Wheel(Path(file), "00", metadata)


def test_only_what_is_needed_there_goes_in(maker: ModuleType) -> None:
    made = [
        wheel(maker, "rampart", "A[fast]>=1", "only-windows; sys_platform == 'win32'"),
        wheel(maker, "a", "b", "quick; extra == 'fast'", "never; extra == 'slow'"),
        wheel(maker, "b", "a"),
        wheel(maker, "quick"),
        wheel(maker, "builds-it"),
        wheel(maker, "only-windows"),
    ]
    wheels = {w.name: w for w in made}
    there = maker.Target("manylinux_2_28_x86_64", "3.11").environment()
    assert maker.needed(wheels, there) == {"a": {"b", "quick"}, "b": {"a"}, "quick": set(), "rampart": {"a"}}
    assert "only-windows" in maker.needed(wheels, maker.Target("win_amd64", "3.11").environment())
    del wheels["quick"]
    with pytest.raises(maker.Refused, match="quick is needed"):
        maker.needed(wheels, there)


def test_the_oldest_glibc_is_the_newest_that_any_wheel_needs(maker: ModuleType) -> None:
    names = ["a-1-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl", "b-1-py3-none-any.whl"]
    assert maker.glibc([wheel(maker, "x", file=n) for n in names]) == 24
    names.append("c-1-cp37-abi3-manylinux_2_31_x86_64.whl")
    assert maker.glibc([wheel(maker, "x", file=n) for n in names]) == 31
    assert maker.glibc([wheel(maker, "x", file="a-1-cp311-cp311-manylinux2014_x86_64.whl")]) == 17
    assert maker.glibc([wheel(maker, "x", file="b-1-py3-none-any.whl")]) == 0


def test_a_licence_is_told_as_exactly_as_the_package_does(maker: ModuleType) -> None:
    def told(**more: str) -> list[str]:
        return maker.licence(wheel(maker, "x", **more).metadata)  # type: ignore[no-any-return]

    bsd = "License :: OSI Approved :: BSD License"
    assert told(License_Expression="MIT OR Apache-2.0", Classifier=bsd) == ["MIT OR Apache-2.0"]
    assert told(License="BSD-3-Clause", Classifier=bsd) == ["BSD-3-Clause"]
    assert told(License="Copyright 2024\nAll of it", Classifier=bsd) == ["BSD License"]
    assert told(License="Simplified BSD") == ["Simplified BSD"]
    assert told() == []


@pytest.mark.parametrize(("system", "prompt"), [("unix", "$"), ("windows", ">")])
def test_both_languages_and_the_guide_say_the_same_commands(system: str, prompt: str) -> None:
    texts = [(MAKE.parent / system / name).read_text(encoding="utf-8") for name in ("INSTALL.txt", "INSTALL.fr.txt")]
    english, french = (shown(text, prompt) for text in texts)
    assert english == french
    guide = (ROOT / "docs/how-to/closed-network.md").read_text(encoding="utf-8")
    for command in english:
        platform = "linux_x86_64" if system == "unix" else "win_amd64"
        words = command.format(folder=f"rampart-0.1.0-{platform}-py311", python="3.11", platform=platform)
        assert f"{prompt} {words}\n" in guide, words


# What is in the bundle ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_commit_gives_the_same_file(bundle: Path, tmp_path: Path) -> None:
    assert make(tmp_path).read_bytes() == bundle.read_bytes()
    with zipfile.ZipFile(bundle) as file:
        entries = file.infolist()
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert len({e.date_time for e in entries}) == 1
    assert {e.filename.split("/")[0] for e in entries} == {bundle.stem}


@pytest.mark.slow
def test_every_wheel_is_pinned_to_a_hash_of_the_lock(folder: Path) -> None:
    lock = (ROOT / "requirements/run.lock").read_text(encoding="utf-8")
    wheels = {hashlib.sha256(p.read_bytes()).hexdigest(): p.name for p in (folder / "wheels").iterdir()}
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(wheels)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {Requirement(text).name for text in project["dependencies"]}
    assert asked | {"rampart"} <= {line.split("==")[0] for line in lines}
    for line in lines:
        found = re.fullmatch(r"([a-z0-9-]+)==(\S+) --hash=sha256:([0-9a-f]{64})", line)
        assert found, line
        name, version, digest = found.groups()
        assert wheels[digest].startswith(f"{name.replace('-', '_')}-{version}-")
        if name != "rampart":
            assert f"--hash=sha256:{digest}" in lock
            assert re.search(rf"^{name}=={re.escape(version)} ", lock, re.MULTILINE)
    assert not {"hatchling", "editables"} & {line.split("==")[0] for line in lines}, "these only build"


@pytest.mark.slow
def test_the_list_of_parts_is_sound_and_whole(folder: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (folder / "sbom.cdx.json").read_text(encoding="utf-8")
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"SHA-256"', '"SHA-257"')) is not None
    parts = json.loads(text)
    everything = [parts["metadata"]["component"], *parts["components"]]
    assert everything[0]["name"] == "rampart"
    stated = [f"{c['name']}=={c['version']} --hash=sha256:{c['hashes'][0]['content']}" for c in everything]
    assert sorted(stated) == sorted((folder / "requirements.txt").read_text(encoding="utf-8").splitlines())
    assert [c["name"] for c in everything if not c.get("licenses")] == []
    assert everything[0]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    needs = {d["ref"]: d.get("dependsOn", []) for d in parts["dependencies"]}
    names = {c["bom-ref"]: c["name"] for c in everything}
    assert set(needs) == set(names)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {names[r] for r in needs[everything[0]["bom-ref"]]} == {Requirement(text).name for text in declared}


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONIOENCODING": "ascii"}  # the console of least letters
    return subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.slow
def test_damage_is_found(folder: Path) -> None:
    sound = verify(folder)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert listed == there - {"SHA256SUMS"}
    assert sound.stdout.startswith(f"{len(listed)} files")
    (changed,) = (folder / "wheels").glob("click-*.whl")
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    (gone,) = (folder / "wheels").glob("rich-*.whl")
    gone.unlink()
    (folder / "wheels" / "more-1-py3-none-any.whl").write_bytes(b"")
    damaged = verify(folder)
    assert damaged.returncode == 1
    lines = [re.sub(r" / .*? ?: ", ": ", line) for line in damaged.stdout.splitlines()]
    assert sorted(lines) == [
        f"changed: wheels/{changed.name}", f"missing: wheels/{gone.name}", "not listed: wheels/more-1-py3-none-any.whl",
    ]  # fmt: skip


# With the network cut -----------------------------------------------------------------------------------------------

CUT = ["unshare", "--net"] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Any]:
    """Run commands in a shell whose network is cut, with Python and pip alone; gives exit code and output."""
    able = shutil.which("unshare") and subprocess.run([*CUT, "true"], capture_output=True, check=False).returncode == 0
    if not able:
        assert os.environ.get("NETWORK_NAMESPACE") != "required", "no network namespace can be had here"
        pytest.skip("no network namespace can be had here")
    programs = tmp_path / "programs"
    programs.mkdir()
    python = programs / f"python{PYTHON}"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    # Nothing of this machine's set-up of pip and Python: only what a fresh one has.
    environment = {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_")}
    environment |= {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(commands: list[str], place: Path, *, cut: bool = True, pip_as_here: bool = False) -> tuple[int, str]:
        """Where ``pip_as_here``, pip looks where this machine's set-up tells it to; where not ``cut``, it can."""
        known = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} if pip_as_here else environment
        done = subprocess.run(
            [*(CUT if cut else []), "sh", "-ec", "\n".join(commands)],
            cwd=place, env=known, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    yield run


@pytest.mark.slow
def test_it_installs_and_plans_with_the_network_cut(bundle: Path, closed: Any, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    shutil.copy(bundle, place)
    with zipfile.ZipFile(bundle) as file:
        instructions = file.read(f"{bundle.stem}/INSTALL.txt").decode()
    commands = shown(instructions, "$")
    code, output = closed(commands, place)
    assert code == 0, output
    assert "files as listed" in output
    assert "rampart, version 0.1.0" in output
    assert "Plan: out/tiny" in output
    where = ["venv/bin/python -c 'import rampart; print(rampart.__file__)'", "venv/bin/python -m pip check"]
    code, output = closed(where, place / bundle.stem)
    assert code == 0, output
    assert output.splitlines()[0].startswith(str(place / bundle.stem / "venv"))
    assert output.splitlines()[-1] == "No broken requirements found."
    # The real case is in the package; making its plan is too long for here.
    code, output = closed(
        ["venv/bin/rampart demo --help", "ls venv/lib/*/site-packages/rampart/cases"], place / bundle.stem
    )
    assert (code, output.splitlines()[-1]) == (0, "alliance-2023")


@pytest.mark.slow
def test_the_same_install_without_the_bundle_fails_there(folder: Path, closed: Any) -> None:
    pinned = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    others = folder / "others.txt"
    others.write_text("".join(f"{line}\n" for line in pinned if not line.startswith("rampart==")), encoding="utf-8")
    install = "venv/bin/python -m pip install --retries 1 --timeout 60 --dry-run --require-hashes -r others.txt"
    code, output = closed([f"python{PYTHON} -m venv venv", f"{install} --no-index --find-links wheels"], folder)
    assert code == 0, output
    code, output = closed([install], folder, pip_as_here=True)
    assert code != 0
    assert "connection broken by" in output, output
    # Where the network is not cut the same command succeeds: it was the network that was missing.
    code, output = closed([install], folder, pip_as_here=True, cut=False)
    assert code == 0, output


@pytest.mark.slow
def test_a_forged_wheel_is_refused(folder: Path, closed: Any) -> None:
    (forged,) = (folder / "wheels").glob("click-*.whl")
    with zipfile.ZipFile(forged, "a") as file:
        file.writestr("click/forged.py", "")
    install = "venv/bin/python -m pip install --no-index --find-links wheels --require-hashes -r requirements.txt"
    code, output = closed([f"python{PYTHON} -m venv venv", install], folder)
    assert code != 0
    assert "DO NOT MATCH THE HASHES" in output, output


# For Windows, as far as it can be tried elsewhere -------------------------------------------------------------------


@pytest.mark.slow
def test_a_bundle_for_windows_holds_what_windows_needs(windows: Path, tmp_path: Path) -> None:
    assert windows.name == f"rampart-0.1.0-win_amd64-py{PYTHON.replace('.', '')}.zip"
    with zipfile.ZipFile(windows) as file:
        file.extractall(tmp_path)
    folder = tmp_path / windows.stem
    assert verify(folder).returncode == 0
    wheels = {p.name for p in (folder / "wheels").iterdir()}
    assert all(name.endswith(("-none-any.whl", "-win_amd64.whl")) for name in wheels)
    assert sum(name.endswith("-win_amd64.whl") for name in wheels) > 5
    instructions = (folder / "INSTALL.txt").read_text(encoding="utf-8")
    assert f"py -{PYTHON} -m venv venv" in shown(instructions, ">")
    # Pip takes every wheel of the list for that machine, from the folder alone, hashes checked.
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--target", str(tmp_path / "installed"),
         "--platform", "win_amd64", "--python-version", PYTHON, "--only-binary=:all:", "--no-index",
         "--find-links", str(folder / "wheels"), "--require-hashes", "-r", str(folder / "requirements.txt")],
        capture_output=True, text=True, check=False, env=os.environ | {"PIP_CONFIG_FILE": os.devnull},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "installed/rampart/cases/alliance-2023/items.csv").is_file()
    # The longest path stays far below the 260 letters of older Windows.
    longest = max(len(p.relative_to(tmp_path / "installed").as_posix()) for p in (tmp_path / "installed").rglob("*"))
    assert longest < 130
