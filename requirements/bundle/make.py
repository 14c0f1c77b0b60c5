"""Make one file from which Rampart installs where no network is.

``python requirements/bundle/make.py [--platform win_amd64] [--python 3.12] [--into dist]``, or ``make bundle``.

The file is a zip with one folder: every wheel that Rampart needs at run time in the versions of ``run.lock``, a list of
requirements with the hash of each wheel, a list of parts (CycloneDX), what to do (in English and French), a check of the
files, and a small case to try. Every download is held against the hashes of ``run.lock``. The same commit
gives the same file, byte by byte, where Python is of the same build.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.tags import platform_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCK = ROOT / "requirements" / "run.lock"
NAME = "rampart"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# os_name, sys_platform and platform_system of Python, by the beginning of a platform tag.
SYSTEMS = {
    "win": ("nt", "win32", "Windows"),
    "macosx": ("posix", "darwin", "Darwin"),
    "manylinux": ("posix", "linux", "Linux"),
    "musllinux": ("posix", "linux", "Linux"),
    "linux": ("posix", "linux", "Linux"),
}
# Older names of manylinux tags, by the version of glibc 2 that they stand for.
OLDER = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_MANYLINUX = re.compile(r"manylinux_2_(\d+)_(\w+)")


class Refused(Exception):
    """The bundle cannot be made; the text says why and what to do."""


@dataclass(frozen=True)
class Locked:
    """One requirement of the lock: a version, where it holds, and the hashes of its files (sha256)."""

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class Wheel:
    """One wheel: its file, its hash (sha256, hexadecimal) and what it says of itself."""

    file: Path
    sha256: str
    metadata: Message

    @property
    def name(self) -> str:
        """As package lists spell it: small letters and hyphens."""
        return canonicalize_name(self.metadata["Name"])

    @property
    def version(self) -> str:
        """As the package states it."""
        return str(self.metadata["Version"])


@dataclass(frozen=True)
class Target:
    """The machine that the bundle is for. ``platform`` is a platform tag as in names of wheels; none is this machine."""

    platform: str | None
    python: str

    @property
    def tag(self) -> str:
        """The platform as the name of the bundle says it."""
        return self.platform or re.sub(r"[-.]", "_", sysconfig.get_platform())

    @property
    def system(self) -> tuple[str, str, str]:
        """``os_name``, ``sys_platform``, ``platform_system``."""
        for beginning, names in SYSTEMS.items():
            if self.tag.startswith(beginning):
                return names
        raise Refused(f"{self.tag}: no platform known. Give a tag as in names of wheels, such as win_amd64.")

    def environment(self) -> dict[str, str]:
        """What markers of requirements are held against, there."""
        here = {key: str(value) for key, value in default_environment().items()}
        os_name, sys_platform, platform_system = self.system
        there = dict(here, os_name=os_name, sys_platform=sys_platform, platform_system=platform_system)
        there |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        if self.python != PYTHON:
            there |= {"python_version": self.python, "python_full_version": f"{self.python}.0"}
            there["implementation_version"] = there["python_full_version"]
        if self.platform:
            machine = re.sub(r"^(win|(macosx|manylinux|musllinux)_\d+_\d+|manylinux\d+|linux)_?", "", self.platform)
            windows = {"amd64": "AMD64", "arm64": "ARM64", "32": "x86"}
            there["platform_machine"] = windows[machine] if sys_platform == "win32" else machine
        return there

    def pip_options(self) -> list[str]:
        """How pip is told to fetch for that machine; nothing where it is this one."""
        if not self.platform and self.python == PYTHON:
            return []
        tags: Iterable[str] = platform_tags() if not self.platform else [self.platform]
        if self.platform and (linux := _MANYLINUX.fullmatch(self.platform)):
            # A machine with this glibc runs what was built for an older one.
            newest, machine = int(linux[1]), linux[2]
            names = [n for g in range(newest, 4, -1) for n in (f"manylinux_2_{g}", *([OLDER[g]] if g in OLDER else []))]
            tags = [f"{name}_{machine}" for name in names]
        wanted = ["--python-version", self.python, "--implementation", "cp"]
        return wanted + [word for tag in tags for word in ("--platform", tag)]


def read_lock(text: str) -> list[Locked]:
    """Requirements of a lock as `make lock` writes it: ``name==version ; marker --hash=sha256:...``."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        stated, *hashes = re.split(r"\s--hash=sha256:", line.strip())
        requirement = Requirement(stated.strip())
        pins = list(requirement.specifier)
        if len(pins) != 1 or pins[0].operator != "==" or not hashes:
            raise Refused(f"{stated}: the lock must give one version and its hashes. Run `make lock`.")
        found.append(Locked(requirement.name, pins[0].version, requirement.marker, tuple(h.strip() for h in hashes)))
    return found


def made_at() -> int:
    """The time that every file in the bundle bears, in seconds since 1970: ``SOURCE_DATE_EPOCH``, or the commit's."""
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    if not stated:
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],  # noqa: S607
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        stated = done.stdout.strip() or done.stderr.strip()
    if not stated.isdigit():
        raise Refused(f"The time of the commit is not known. Set SOURCE_DATE_EPOCH, in seconds since 1970. ({stated})")
    return int(stated)


def run(command: list[str], **more: str) -> None:
    """A command that must succeed; its output is shown only where it does not."""
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{' '.join(command[:4])} ... failed:\n{done.stdout}{done.stderr}")


def fetch(target: Target, folder: Path) -> None:
    """Wheels of all requirements that hold there, from where pip is set up to look, hashes checked by pip."""
    there = target.environment()
    wanted = [r for r in read_lock(LOCK.read_text(encoding="utf-8")) if r.marker is None or r.marker.evaluate(there)]
    # Markers are already held against the machine there: pip would hold them against this one.
    plain = "".join(f"{r.name}=={r.version} " + " ".join(f"--hash=sha256:{h}" for h in r.hashes) + "\n" for r in wanted)
    listed = folder / "wanted.txt"
    listed.write_text(plain, encoding="utf-8")
    run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--require-hashes", "--only-binary=:all:", "--dest", str(folder), *target.pip_options(),
         "--requirement", str(listed)]
    )  # fmt: skip
    listed.unlink()


def read_wheel(file: Path) -> Wheel:
    """A wheel with its hash and its own description."""
    with zipfile.ZipFile(file) as wheel:
        (name,) = [n for n in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)]
        metadata = BytesParser().parsebytes(wheel.read(name), headersonly=True)
    return Wheel(file, hashlib.sha256(file.read_bytes()).hexdigest(), metadata)


def needed(wheels: Mapping[str, Wheel], there: dict[str, str]) -> dict[str, set[str]]:
    """Every wheel that Rampart needs there, directly or through others, with the names of those it needs itself.

    The lock also holds what builds Rampart; that stays out of the bundle.
    """
    needs: dict[str, set[str]] = {}
    seen = set()
    left = [(NAME, "")]
    while left:
        name, extra = left.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if name not in wheels:
            raise Refused(f"{name} is needed and is not in requirements/run.lock. Run `make lock`.")
        of = needs.setdefault(name, set())
        for text in wheels[name].metadata.get_all("Requires-Dist", []):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(there | {"extra": extra}):
                other = canonicalize_name(requirement.name)
                of.add(other)
                left += [(other, e) for e in ("", *requirement.extras)]
    return {name: others - {name} for name, others in sorted(needs.items())}


def glibc(wheels: Iterable[Wheel]) -> int:
    """The oldest glibc 2 under which all wheels for Linux work; 0 where none asks for any."""
    least = 0
    for wheel in wheels:
        known = {name: number for number, name in OLDER.items()}
        asked = []
        for tag in parse_wheel_filename(wheel.file.name)[3]:
            if found := re.match(r"manylinux_2_(\d+)_|(manylinux\d+)_", tag.platform):
                asked.append(int(found[1]) if found[1] else known[found[2]])
        least = max(least, min(asked, default=0))
    return least


def parts_list(wheels: list[Wheel], needs: Mapping[str, set[str]], when: int) -> str:
    """What is inside, as CycloneDX 1.6 in JSON: name, version, licence, hash and what needs what."""
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    licences = LicenseFactory()

    def component(wheel: Wheel) -> Component:
        url = PackageURL("pypi", name=wheel.name, version=wheel.version, qualifiers={"file_name": wheel.file.name})
        return Component(
            name=wheel.name,
            version=wheel.version,
            type=ComponentType.APPLICATION if wheel.name == NAME else ComponentType.LIBRARY,
            bom_ref=url.to_string(),
            purl=url,
            description=wheel.metadata["Summary"],
            licenses=[licences.make_from_string(text) for text in licence(wheel.metadata)],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        )

    made = {wheel.name: component(wheel) for wheel in wheels}
    one = hashlib.sha256("".join(w.sha256 for w in wheels).encode()).hexdigest()
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"urn:sha256:{one}"),
        metadata=BomMetaData(component=made[NAME], timestamp=datetime.fromtimestamp(when, UTC)),
        components=[c for name, c in made.items() if name != NAME],
    )
    for name, others in needs.items():
        bom.register_dependency(made[name], [made[other] for other in sorted(others)])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def licence(metadata: Message) -> list[str]:
    """The licence as the package states it: an SPDX expression, else its classifiers, else one line; else nothing."""
    from cyclonedx.spdx import fixup_id, is_expression

    line = metadata["License-Expression"] or metadata["License"] or ""
    classifiers = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier", []) if c.startswith("License :: ")]
    if line and (fixup_id(line) or is_expression(line)):
        return [line]
    return classifiers or ([line] if line and "\n" not in line else [])


def instructions(target: Target, folder: str, wheels: list[Wheel]) -> dict[str, str]:
    """What to do, in English and French, for the system that the bundle is for."""
    windows = target.system[2] == "Windows"
    least = glibc(wheels) if target.system[2] == "Linux" else 0
    written = {}
    for name, glibc_words in (("INSTALL.txt", "glibc 2.{} or later"), ("INSTALL.fr.txt", "glibc 2.{} ou plus récente")):
        kind = "windows" if windows else "unix"
        text = (HERE / kind / name).read_text(encoding="utf-8")
        platform = target.tag + (f", {glibc_words.format(least)}" if least else "")
        written[name] = text.format(folder=folder, platform=platform, python=target.python)
    return written


def contents(
    target: Target, folder: str, wheels: list[Wheel], needs: Mapping[str, set[str]], when: int
) -> dict[str, bytes]:
    """Every file of the bundle by its path inside the folder."""
    pinned = "".join(f"{w.name}=={w.version} --hash=sha256:{w.sha256}\n" for w in wheels)
    texts = {
        "requirements.txt": pinned,
        "sbom.cdx.json": parts_list(wheels, needs, when),
        "verify.py": (HERE / "verify.py").read_text(encoding="utf-8"),
        "LICENSE": (ROOT / "LICENSE").read_text(encoding="utf-8"),
        **instructions(target, folder, wheels),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files |= {f"wheels/{w.file.name}": w.file.read_bytes() for w in wheels}
    case = ROOT / "cases" / "tiny"
    files |= {f"cases/tiny/{p.relative_to(case).as_posix()}": p.read_bytes() for p in case.rglob("*") if p.is_file()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return files | {"SHA256SUMS": sums.encode()}


def write(file: Path, folder: str, files: Mapping[str, bytes], when: int) -> None:
    """The zip: names in order, one time, one mode, nothing compressed (wheels are already)."""
    moment = datetime.fromtimestamp(when, UTC).timetuple()[:6]
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", moment)
            entry.create_system = 3  # as on Unix wherever it is made, so that the mode counts
            entry.external_attr = 0o100644 << 16
            bundle.writestr(entry, data)
    part.replace(file)


def make(target: Target, into: Path) -> Path:
    """The bundle for a machine; raises `Refused` where it cannot be made."""
    when = made_at()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch(target, folder)
        run(
            [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
            SOURCE_DATE_EPOCH=str(when),
        )
        wheels = {w.name: w for w in map(read_wheel, sorted(folder.glob("*.whl")))}
        needs = needed(wheels, target.environment())
        inside = [wheels[name] for name in needs]
        title = f"{NAME}-{wheels[NAME].version}-{target.tag}-py{target.python.replace('.', '')}"
        file = into / f"{title}.zip"
        write(file, title, contents(target, title, inside, needs, when), when)
    return file


def main() -> None:
    """Make the bundle and say where it is, how large, and its hash."""
    parser = argparse.ArgumentParser(description="Make one file from which Rampart installs where no network is.")
    parser.add_argument("--platform", help="a platform tag as in names of wheels, such as win_amd64 (this machine's)")
    parser.add_argument("--python", default=PYTHON, help="the version of Python there, such as 3.12 (this one's)")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="the folder to write to (dist)")
    given = parser.parse_args()
    try:
        file = make(Target(given.platform, given.python), given.into)
    except Refused as why:
        sys.exit(str(why))
    data = file.read_bytes()
    print(f"{file}\n{len(data) / 1e6:.0f} MB\nsha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
