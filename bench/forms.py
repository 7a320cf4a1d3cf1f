#!/usr/bin/env python3
"""The same site-packages in all forms that stripcheck reads: same reads, same owners, at what price?

    bench/forms.py SITE [WORK]

SITE is an installed tree (as bench/recall.sh makes one). In WORK (default: a temporary folder) it becomes a
folder of wheels, a flat tar, a docker save archive and an OCI layout of three layers (with whiteouts, gzip, and
zstd where that command is there), and a scan bundle. Needs `cargo build --release` first. Prints for each form: reads,
seconds, seconds of the processors, peak MiB; exits with 1 if the reads or their owners differ.
"""

import csv
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/stripcheck"
INSIDE = "usr/local/lib/python3.12/site-packages"
CONFIG = {
    "architecture": "amd64",
    "os": "linux",
    "config": {"Env": ["PATH=/usr/local/bin:/usr/bin", "LANG=C.UTF-8"], "Cmd": ["python3", "-m", "app"], "WorkingDir": "/app"},
}


def add_text(tar, path, text):
    info = tarfile.TarInfo(path)
    info.size = len(text)
    tar.addfile(info, io.BytesIO(text))


def system(path):
    """A base system, with a package that a later layer removes."""
    with tarfile.open(path, "w") as tar:
        add_text(tar, "etc/os-release", b"ID=example\n")
        add_text(tar, "usr/local/bin/python3.12", b"\x7fELF")
        link = tarfile.TarInfo("usr/local/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, "python3.12"
        tar.addfile(link)
        add_text(tar, f"{INSIDE}/removed_later/__init__.py", b"import os\nos.environ['REMOVED_LATER']\n")


def packages(path, site):
    with tarfile.open(path, "w") as tar:
        tar.add(site, INSIDE)


def application(path):
    with tarfile.open(path, "w") as tar:
        add_text(tar, f"{INSIDE}/.wh.removed_later", b"")
        add_text(tar, "app/__main__.py", b"import os\nos.environ['OF_THE_APPLICATION']\n")


def saved(path, layers):
    with tarfile.open(path, "w") as tar:
        for layer in layers:
            tar.add(layer, f"{layer.stem}/layer.tar")
        add_text(tar, "config.json", json.dumps(CONFIG).encode())
        manifest = [{"Config": "config.json", "RepoTags": ["acme/app:1"], "Layers": [f"{l.stem}/layer.tar" for l in layers]}]
        add_text(tar, "manifest.json", json.dumps(manifest).encode())


def layout(folder, layers):
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(data):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    zstd = shutil.which("zstd")
    descriptors = []
    for number, layer in enumerate(layers):
        if zstd and number == 1:
            data = subprocess.run([zstd, "-q", "-3", "-c", layer], check=True, capture_output=True).stdout
        else:
            data = gzip.compress(layer.read_bytes(), 6, mtime=0)
        descriptors.append(blob(data))
    manifest = blob(json.dumps({"config": blob(json.dumps(CONFIG).encode()), "layers": descriptors}).encode())
    manifest["platform"] = {"os": "linux", "architecture": "amd64"}
    manifest["annotations"] = {"io.containerd.image.name": "acme/app:1"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def wheels(folder, site):
    """One wheel for each distribution, of the files that its RECORD lists."""
    folder.mkdir()
    for info in sorted(site.glob("*.dist-info")):
        with zipfile.ZipFile(folder / f"{info.stem}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as wheel:
            listed = {row[0] for row in csv.reader((info / "RECORD").open(encoding="utf-8")) if row}
            listed.update(str(path.relative_to(site)) for path in info.iterdir() if path.is_file())
            for name in sorted(listed):
                path = site / name.removeprefix("../../")
                if path.is_file() and not name.endswith(".pyc"):
                    wheel.write(path, name.removeprefix("../../"))


def make(site, work):
    layers = [work / "one.tar", work / "two.tar", work / "three.tar"]
    system(layers[0])
    packages(layers[1], site)
    application(layers[2])
    saved(work / "image.tar", layers)
    layout(work / "layout", layers)
    wheels(work / "wheels", site)


def run(arguments):
    before = time.time()
    process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments}: status {status}")
    return output, (time.time() - before, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


def shown(price):
    return "{:6.1f} s, {:6.1f} s of processor, {} MiB".format(*price)


def reads(output):
    found = set()
    for line in output.splitlines():
        read = json.loads(line)
        owner = read["owner"]
        if owner["kind"] != "application":
            found.add((read["file"], read["line"], read["column"], read["key"]["text"], owner["name"], owner["version"]))
    return found


def main():
    if sys.argv[1] == "--make":
        return make(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    site = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else temporary)
        work.mkdir(exist_ok=True)
        if not (work / "wheels").exists():
            # Apart, as the peak of a child counts what its parent has when it starts.
            subprocess.run([sys.executable, __file__, "--make", site, work], check=True)
        _, price = run(["scan", site, "-o", work / "site.scan"])
        size = (work / "site.scan").stat().st_size
        print(f"scan: {shown(price)}, bundle {size / 1e6:.2f} MB", flush=True)
        forms = [
            ("tree", ["--vendored", site]),
            ("wheels", ["--vendored", work / "wheels"]),
            ("flat tar", ["--vendored", work / "two.tar"]),
            ("docker save", ["--app", work / "image.tar"]),
            ("OCI layout", ["--app", work / "layout", "--platform", "linux/amd64"]),
            ("bundle", ["--scan", work / "site.scan"]),
        ]
        expected, wrong = None, 0
        for name, arguments in forms:
            output, price = run(["reads", "--format", "jsonl", *arguments])
            found = reads(output)
            expected = expected if expected is not None else found
            missing, more = len(expected - found), len(found - expected)
            wrong += missing + more
            print(f"{name:12} {len(found):6} reads, {missing} missing, {more} more; {shown(price)}", flush=True)
            for row in sorted(map(str, expected ^ found))[:5]:
                print("   ", row)
        sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
