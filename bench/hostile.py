#!/usr/bin/env python3
"""Archives made to harm whoever opens them: is each refused, or read as far as it is whole, in bounded time and memory?

    bench/hostile.py [WORK]

Makes each archive in WORK (default: a temporary folder; some 1 GB with the million files), runs `stripcheck reads` on
it, and prints status, seconds, peak MiB and what was said. Needs `cargo build --release` first. Exits with 1 if one
is not answered as expected. The small ones are among the tests too (tests/archives).
"""

import gzip
import io
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/stripcheck"
GOOD = b"import os\nos.environ['GOOD']\n"
MIB = 1 << 20


def entry(tar, path, data=GOOD, kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    tar.addfile(info, io.BytesIO(data) if kind == tarfile.REGTYPE else None)


def tar_of(fill, mode="w", **options):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, **options) as tar:
        fill(tar)
    return out.getvalue()


def odd(tar):
    entry(tar, "good.py")
    entry(tar, "/absolute.py")
    for path in ["../outside.py", "a/../../outside.py", "a\x01b.py", "a\nb.py", "." * 200 + "/x.py"]:
        entry(tar, path)
    for name, target in [("out.py", "/etc/passwd"), ("up.py", "../../../etc/passwd"), ("loop", "loop"), ("self", ".")]:
        entry(tar, name, kind=tarfile.SYMTYPE, target=target)
    entry(tar, "hard.py", kind=tarfile.LNKTYPE, target="../../etc/passwd")
    for kind in [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]:
        entry(tar, f"device{kind.decode()}", kind=kind)
    for _ in range(3):
        entry(tar, "twice.py")
    entry(tar, "deep/" * 600 + "x.py")


def latin(path):
    """Names that are no UTF-8, in a tar and marked as nothing in particular."""
    path.write_bytes(tar_of(lambda tar: (entry(tar, "good.py"), entry(tar, "f\xfc\xf1.py")), encoding="latin-1", format=tarfile.GNU_FORMAT))


def many(path):
    """A million tiny files, every hundredth of Python."""
    header = tarfile.TarInfo("x.py")
    header.size = len(GOOD)
    with path.open("wb") as out:
        for number in range(1_000_000):
            header.name = f"p{number % 1000}/m{number}." + ("conf" if number % 100 else "py")
            out.write(header.tobuf(tarfile.USTAR_FORMAT) + GOOD.ljust(512, b"\0"))
        out.write(bytes(1024))


def bomb_gzip(path):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = tar_of(lambda tar: entry(tar, "good.py"))[:1024]
    with path.open("wb") as out:
        out.write(squeeze.compress(head))
        for _ in range(3000):
            out.write(squeeze.compress(bytes(MIB)))
        out.write(squeeze.flush())


def bomb_zip(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("good.py", GOOD)
        for number in range(40):
            with archive.open(f"{number}.py", "w", force_zip64=True) as out:
                for _ in range(100):
                    out.write(b"#" * MIB)


def zip_that_lies(path):
    """Its directory says a few bytes, its content is many."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.py", b"#" * (200 * MIB))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    data[26 - 4 : 26] = (100).to_bytes(4, "little")
    path.write_bytes(data)


def overlapping_zip(path):
    """Many names for the same compressed bytes."""
    data = zlib.compress(b"#" * (100 * MIB), 9)[2:-4]
    crc = zlib.crc32(b"#" * (100 * MIB))
    sizes = crc.to_bytes(4, "little") + len(data).to_bytes(4, "little") + (100 * MIB).to_bytes(4, "little")
    local = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0" + sizes + b"\x05\0\0\0" + b"00.py" + data
    central = b""
    for number in range(99):
        name = f"{number:02}.py".encode()
        central += b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0" + sizes + b"\x05\0" + bytes(12) + bytes(4) + name
    end = b"PK\x05\x06" + bytes(4) + (99).to_bytes(2, "little") * 2 + len(central).to_bytes(4, "little")
    path.write_bytes(local + central + end + len(local).to_bytes(4, "little") + b"\0\0")


def write(data):
    return lambda path: path.write_bytes(data)


def cases():
    whole = tar_of(odd)
    simple = tar_of(lambda tar: entry(tar, "good.py"))
    packed = gzip.compress(simple, mtime=0)
    yield "odd.tar", write(whole), 0, "GOOD"
    yield "latin.tar", latin, 0, "GOOD"
    for name, data in [("whole.tar", simple), ("whole.tar.gz", packed)]:
        # Of a plain tar the padding after the end may be missing: then it is whole.
        for cut in sorted(random.Random(1).sample(range(1, len(data)), 6)):
            yield f"cut-{cut}-{name}", write(data[:cut]), None, None
    for number in range(12):
        data = bytearray(packed)
        data[random.Random(number).randrange(4, len(data))] ^= 1 << number % 8
        yield f"flipped-{number}.tar.gz", write(bytes(data)), None, None
    yield "bomb.tar.gz", bomb_gzip, 2, "--max-ratio"
    yield "bomb.zip", bomb_zip, 2, "--max-ratio"
    yield "lies.zip", zip_that_lies, 2, "damaged"
    yield "overlapping.zip", overlapping_zip, 2, "--max-ratio"
    yield "million.tar", many, 0, "10000"


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        work.mkdir(exist_ok=True)
        for name, make, expected, word in cases():
            path = work / name
            make(path)
            command = [PROGRAM, "reads", "--format", "jsonl", "--app", path]
            before = time.time()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=(work / "said").open("wb"))
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            status = os.waitstatus_to_exitcode(status)
            said = (work / "said").read_text(errors="replace").strip()
            count = output.count(b"\n")
            # Whole, or refused with a sentence; never half.
            fine = status == expected if expected is not None else status == 2 and said and not output or status == 0 and count == 1
            if word:
                fine = fine and (word in said or word in output.decode(errors="replace") or word == str(count))
            wrong += not fine
            print(f"{'ok   ' if fine else 'WRONG'} {name:24} status {status}, {count} reads, {time.time() - before:5.1f} s, {usage.ru_maxrss // 1024} MiB  {said[:110]}", flush=True)
            path.unlink()
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
