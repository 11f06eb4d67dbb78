#!/usr/bin/env python3
"""Feeds the readers of files with millions of inputs that libFuzzer makes, under AddressSanitizer.

Builds the readers into .build-fuzz, collects seeds from Tests/Fixtures and Tests/Fuzz/corpus, and runs libFuzzer for each
format, as many at a time as there are --jobs. An input that ends the program, takes the processor longer than ten seconds
or asks for too much memory is a finding: it is kept in .build-fuzz/findings, and the command ends with 1.

    make fuzz MINUTES=20                        # all formats
    make fuzz MINUTES=1 FORMATS="png jpeg"
    make fuzz FORMATS=png ARGS=.build-fuzz/findings/png/crash-…      # that input alone
    make fuzz MINUTES=0 ARGS=--keep             # put what .build-fuzz/corpus has gained into Tests/Fuzz/corpus
"""

import argparse
import hashlib
import concurrent.futures
import io
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-fuzz"
PROGRAM = BUILD / "debug" / "Fuzz"
FIXTURES = ROOT / "Tests" / "Fixtures"
CORPUS = ROOT / "Tests" / "Fuzz" / "corpus"

# The longest input in bytes, and the resident memory in megabytes that reading one may take the program to.
FORMATS = {
    "bin": (1 << 13, 1024),
    "config": (1 << 13, 1024),
    "hub": (1 << 13, 1024),
    "jpeg": (1 << 12, 2048),
    "model": (1 << 14, 2048),
    "png": (1 << 12, 2048),
    "safetensors": (1 << 12, 1024),
    "sentencepiece": (1 << 14, 1024),
    "shards": (1 << 10, 1024),
    "tokenizer": (1 << 14, 1024),
    "webp": (1 << 12, 2048),
}
TEXTS = ["config", "hub", "model", "shards", "tokenizer"]

# How long an input may take the processor. libFuzzer looks at the clock on the wall, which runs on while a busy machine does
# something else; so it is given twice as long, and what takes longer is measured.
SECONDS = 10

# What the corpus of a format may take in the repository, in bytes.
KEPT_BYTES = 100_000


def build():
    """Compiles the package's readers and the program that feeds them, apart from the package's own build."""
    package = BUILD / "package"
    package.mkdir(parents=True, exist_ok=True)
    for name in ["Sources", "Tests"]:
        if not (package / name).is_symlink():
            (package / name).symlink_to(ROOT / name)
    manifest = (ROOT / "Package.swift").read_text() + (ROOT / "Tests/Fuzz/targets.swift").read_text()
    if not (package / "Package.swift").exists() or (package / "Package.swift").read_text() != manifest:
        (package / "Package.swift").write_text(manifest)
    command = [os.environ.get("SWIFT", "swift"), "build", "--package-path", package, "--scratch-path", BUILD]
    command += ["--sanitize", "address"]
    if sys.platform == "linux":  # gold, the usual one, ends in an error of its own
        command += ["-Xswiftc", "-use-ld=lld"]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(result.stdout)


def environment(name):
    result = dict(os.environ, FUZZ_FORMAT=name, FUZZ_FIXTURES=str(FIXTURES))
    # Looking for the names of functions in a stack takes minutes, and Swift keeps its last blocks.
    result.update(SWIFT_BACKTRACE="enable=no", ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=0")
    return result


def together(files):
    """Several files as one input, see InputFiles."""
    return b"".join(b"@@ " + name.encode() + b"\n" + text.rstrip(b"\n") + b"\n" for name, text in files)


def fixtures(pattern):
    return [path.read_bytes() for path in sorted(FIXTURES.glob(pattern))]


def seeds(name):
    """Small valid inputs, of the fixtures of the tests."""
    if name == "safetensors":
        return fixtures("checkpoints/*.safetensors")
    if name == "bin":
        return fixtures("checkpoints/*.bin") + fixtures("checkpoints/sharded/*.bin")
    if name == "sentencepiece":
        return fixtures("**/spiece.model")
    if name == "shards":
        return fixtures("checkpoints/sharded/*.json")
    if name in ["png", "jpeg", "webp"]:
        return fixtures("images/*." + {"jpeg": "jpg"}.get(name, name))
    if name == "config":
        return fixtures("**/*config.json")
    if name == "hub":
        return hub_seeds()
    result = []
    if name == "tokenizer":
        for folder in sorted((FIXTURES / "tokenizers/toys").iterdir()):
            files = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.name != "expected.json"]
            result.append(together(files + [("text", "Ein naïve dog's 中文 [MASK]<|endoftext|> 🐕 1234".encode())]))
        for text in fixtures("tokenizers/*_tokenizer.json"):
            result.append(together([("tokenizer.json", text)]))
    if name == "model":
        for settings in sorted([*FIXTURES.glob("**/config.json"), *FIXTURES.glob("**/open_clip_config.json")]):
            model = str(settings.parent.relative_to(FIXTURES))
            files = {path.name: path.read_bytes() for path in sorted(settings.parent.glob("*config.json"))}
            files |= {path.name: path.read_bytes() for path in sorted(FIXTURES.glob(f"tasks/{model}/*config.json"))}
            # Each file by itself as well, so that a change finds it easily.
            for chosen in [list(files.items())] + [[file] for file in files.items()]:
                result.append(together([("checkpoint", model.encode())] + chosen))
    return result


def hub_seeds():
    """What a hub answers when a model and a picture are fetched, with and without a storage elsewhere and with refusals."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    settings = (FIXTURES / "clip_eosN/config.json").read_bytes()[:60].split(b"\n")[0] + b"}"
    weights = (FIXTURES / "checkpoints/sharded/model-00001-of-00002.safetensors").read_bytes()
    index = (FIXTURES / "checkpoints/sharded/model.safetensors.index.json").read_bytes()

    def answer(status, fields, body=b"", length=None):
        fields = [("Content-Length", len(body) if length is None else length), *fields]
        head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
        return ("answer", head.encode() + body)

    def listing(*names):
        siblings = ", ".join(f'{{"rfilename": "{name}"}}' for name in names)
        return answer("200 OK", [], f'{{"sha": "{commit}", "siblings": [{siblings}]}}'.encode())

    def stored(content, elsewhere):
        """The head of a file and the file, at the hub or in a storage elsewhere."""
        if not elsewhere:
            etag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            about = [("X-Repo-Commit", commit), ("ETag", f'"{etag}"')]
            return [answer("200 OK", about, length=len(content)), answer("200 OK", about, content)]
        about = [("X-Repo-Commit", commit), ("X-Linked-Size", len(content))]
        about += [("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"'), ("Location", "http://storage.test/blob?x=1")]
        redirect = answer("302 Found", about)
        return [redirect, redirect, answer("200 OK", [("ETag", '"abc"')], content)]

    def cut(answers):
        """A download that breaks off, and goes on where it did."""
        name, whole = answers[-1]
        head, content = whole.split(b"\r\n\r\n", 1)
        half = len(content) // 2
        rest = answer("206 Partial Content", [("Content-Range", f"bytes {half}-{len(content) - 1}/{len(content)}")], content[half:])
        return [*answers[:-1], (name, head + b"\r\n\r\n" + content[:half]), answers[0], rest]

    picture = answer("200 OK", [("Content-Type", "image/jpeg")], b"\xff\xd8\xff\xd9")
    small, large = stored(settings, False), stored(weights, True)
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    refusals = [
        answer("401 Unauthorized", [("X-Error-Code", "RepoNotFound"), ("X-Error-Message", "Repository not found")]),
        answer("403 Forbidden", [("X-Error-Code", "GatedRepo")]),
        answer("429 Too Many Requests", [("RateLimit", '"api";r=0;t=0'), ("Retry-After", "0")]),
        answer("503 Service Unavailable", [("Retry-After", "0")]),
    ]
    conversations = [
        [listing("config.json", "model.safetensors"), *small, *large, picture],
        [listing("config.json", "model.safetensors"), *small, *cut(large), picture],
        [listing("config.json", "tokenizer.json", "model.safetensors"), *small, *small, *stored(weights, False), picture],
        [listing("config.json", "model.safetensors.index.json", *shards), *small, *stored(index, False), *large, *large],
        [listing("open_clip_config.json", "open_clip_model.safetensors"), *small, *large],
        [answer("307 Temporary Redirect", [("Location", "/api/models/org/model2")]), listing("config.json"), *small],
        [answer("404 Not Found", []), *small, *small, *large],
        *[[refusal, listing("config.json", "model.safetensors"), *small] for refusal in refusals],
    ]
    return [together(conversation) for conversation in conversations]


def write_dictionary(name, path):
    """Words that inputs of a format are made of: for texts the keys and names that the sources read."""
    words = set()
    if name in TEXTS:
        words |= {'"', "{", "}", "[", "]", ",", ":", "null", "true", "false", "NaN", "1e308", "-1", "0", "1", "2147483648"}
        if name == "hub":
            words |= {"\r\n", "@@ answer\n", "HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n", "Location: ", "../", "%2e"}
            words |= {"https://", "http://hub.test", "Content-Length: ", "Content-Range: bytes ", "HTTP/1.1 206 \r\n"}
        words |= {"9223372036854775807", "4611686018427387904", "0.5", "\\ud800", "\\u0000", "\n@@ "}
        parts = {"shards": ["Checkpoints"], "hub": ["Hub"]}.get(name, ["Pretrained", "Tokenizers"])
        for part in parts:
            for source in (ROOT / "Sources" / part).rglob("*.swift"):
                for word in re.findall(r'"([A-Za-z0-9_.#<>|\[\]]{2,40})"', source.read_text()):
                    words |= {word, f'"{word}"'}
    elif name == "sentencepiece":
        # Beginnings of fields of the model, its pieces and their kinds, the settings, and pieces with a meaning.
        words |= {"\x0a", "\x12", "\x1a", "\x15", "\x18\1", "\x18\2", "\x18\3", "\x18\4", "\x18\6", "\x18\1\x20", "\xe2\x96\x81"}
        words |= {"<unk>", "<s>", "</s>", "<pad>", "<0x00>", "<0xFF>", "identity", "nmt_nfkc", "nmt_nfkc_cf"}
    elif name == "safetensors":
        words |= {"__metadata__", "dtype", "shape", "data_offsets", "F32", "F16", "BF16", "I64", "BOOL", "F4", "F8_E4M3"}
    elif name == "bin":
        words |= {"PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "data.pkl", "version", "byteorder", "little", "big"}
        words |= {"storage", "FloatStorage", "HalfStorage", "cpu", "_rebuild_tensor_v2", "_rebuild_parameter", "torch._utils"}
        words |= {"collections", "OrderedDict", "torch", "\x80\2", "\x88", "\x89", "(", "t", "R", "Q", "q\0", "h\0", "}", "u"}
    elif name == "png":
        words |= {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "eXIf", "tEXt", "zTXt", "iTXt", "Exif\0\0", "MM\0*", "II*\0"}
        words |= {"Raw profile type exif", "Raw profile type APP1", "XML:com.adobe.xmp", 'tiff:Orientation="'}
    elif name == "jpeg":
        words |= {"\xff" + chr(marker) for marker in [*range(0xC0, 0xE2), 0xED, 0xEE, 0xFE]}
        words |= {"Exif\0\0", "MM\0*", "II*\0", "JFIF\0", "Adobe\0", "http://ns.adobe.com/xap/1.0/\0", 'tiff:Orientation="'}
    elif name == "webp":
        words |= {"RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF", "XMP ", "ICCP", "MM\0*", "II*\0"}
    escaped = ["".join(f"\\x{byte:02x}" for byte in word.encode("latin-1")) for word in sorted(words)]
    path.write_text("".join(f'"{word}"\n' for word in escaped))


def prepare(name):
    """The folder of a format with its seeds, those kept in the repository, and what earlier runs found."""
    folder = BUILD / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / f"seed-{number:03}").write_bytes(seed)
    kept = CORPUS / f"{name}.zip"
    if kept.exists():
        with zipfile.ZipFile(kept) as archive:
            archive.extractall(folder)
    write_dictionary(name, BUILD / f"{name}.dict")
    (BUILD / "findings" / name).mkdir(parents=True, exist_ok=True)
    return folder


def options(name):
    length, memory = FORMATS[name]
    return [f"-max_len={length}", f"-rss_limit_mb={memory}", f"-malloc_limit_mb={memory}", f"-timeout={2 * SECONDS}", "-report_slow_units=999"]


class Result:
    """What the runs of libFuzzer on one format came to."""

    def __init__(self, name):
        self.name, self.seconds, self.processor_seconds, self.runs = name, 0.0, 0.0, 0
        self.edges = self.features = self.inputs = "0"
        self.finding = None

    def add(self, log, seconds, usage, code):
        """Takes in one run; whether it ended in a finding."""
        text = log.read_text(errors="replace")
        runs = re.findall(r"^#(\d+)", text, re.MULTILINE) + re.findall(r"number_of_executed_units: (\d+)", text)
        self.runs += max(map(int, runs), default=0)
        self.seconds += seconds
        self.processor_seconds += usage.ru_utime + usage.ru_stime
        counts = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", text)
        if counts:
            self.edges, self.features, self.inputs = counts[-1]
        if code == 0:
            return False
        paths = re.findall(r"Test unit written to (\S+)", text)
        if paths and "/timeout-" in paths[-1] and is_quick(self.name, paths[-1]):
            os.unlink(paths[-1])
            return False
        reasons = re.findall(r"Fatal error: .*|ERROR: .*|^error: .*", text, re.MULTILINE)
        self.finding = f"{paths[-1] if paths else log} ({reasons[0] if reasons else f'status {code}'})"
        return True

    def row(self):
        return (
            f"| {self.name} | {self.seconds / 60:.1f} | {self.processor_seconds / 60:.1f} | {self.runs:,} "
            f"| {self.edges} | {self.features} | {self.inputs} | {self.finding or 'none'} |"
        )


HEADING = "| format | minutes | of the processor | inputs | edges | features | corpus | finding |\n" + "|---" * 8 + "|"

running = []


def call(command, name, log):
    """Runs a program to its end: its exit status and what it used."""
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment(name))
        running.append(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def is_quick(name, path):
    """Whether an input that took long by the clock took the processor no longer than it may."""
    command = [PROGRAM, path, *options(name), "-timeout=600"]
    code, usage = call(command, name, BUILD / f"{name}.timeout.log")
    return code == 0 and usage.ru_utime + usage.ru_stime < SECONDS


def run(name, minutes):
    """Feeds a format for so many minutes, or up to a finding."""
    folder = prepare(name)
    log = BUILD / f"{name}.log"
    result = Result(name)
    end = time.monotonic() + minutes * 60
    while (start := time.monotonic()) < end - 0.5:
        command = [PROGRAM, folder, f"-dict={BUILD / name}.dict", f"-artifact_prefix={BUILD / 'findings' / name}/"]
        command += options(name) + [f"-max_total_time={max(int(end - start), 1)}", "-print_final_stats=1"]
        code, usage = call(command, name, log)
        if result.add(log, time.monotonic() - start, usage, code):
            break
    return result


def replay(name, paths):
    command = [PROGRAM, *paths, *options(name)]
    return subprocess.run(command, env=environment(name)).returncode


def keep(name):
    """Writes an archive of the inputs that reach what the fixtures do not, the smallest first."""
    work = prepare(name)
    minimal = BUILD / "minimal" / name
    shutil.rmtree(minimal, ignore_errors=True)
    minimal.mkdir(parents=True)
    given = {f"seed-{number:03}" for number, seed in enumerate(seeds(name)) if (minimal / f"seed-{number:03}").write_bytes(seed)}
    with open(BUILD / f"{name}.merge.log", "w") as output:
        command = [PROGRAM, "-merge=1", *options(name), minimal, work]
        subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment(name), check=True)
    inputs = sorted((path for path in minimal.iterdir() if path.name not in given), key=lambda path: path.stat().st_size)

    def archive(chosen):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for path in sorted(chosen):
                # The same inputs give the same archive.
                file.writestr(zipfile.ZipInfo(path.name[:10]), path.read_bytes(), zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    low, high = 0, len(inputs)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(archive(inputs[:middle])) <= KEPT_BYTES else (low, middle - 1)
    data = archive(inputs[:low])
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{name}.zip").write_bytes(data)
    print(f"{name}: {low} of {len(inputs)} inputs beside {len(given)} fixtures, {len(data)} bytes", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1, help="for each format (default 1)")
    parser.add_argument("--formats", default="", help=f"of {', '.join(FORMATS)} (default all)")
    parser.add_argument("--jobs", type=int, default=2, help="how many formats at a time (default 2)")
    parser.add_argument("--keep", action="store_true", help="afterwards, keep what was found in Tests/Fuzz/corpus")
    parser.add_argument("--no-build", action="store_true", help="use the program as it was built last")
    parser.add_argument("inputs", nargs="*", help="only these inputs, of the one format given")
    arguments = parser.parse_args()
    names = arguments.formats.split() or list(FORMATS)
    for name in names:
        if name not in FORMATS:
            sys.exit(f"{name} is none of {', '.join(FORMATS)}")
    if not arguments.no_build:
        print("Building the readers with the sanitizers.", flush=True)
        build()
    if arguments.inputs:
        if len(names) != 1:
            sys.exit("inputs are of one format: FORMATS=…")
        sys.exit(replay(names[0], arguments.inputs))
    signal.signal(signal.SIGTERM, lambda *_: [process.kill() for process in running] and sys.exit(143))
    failed = False
    if arguments.minutes > 0:
        print(HEADING, flush=True)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for future in concurrent.futures.as_completed([pool.submit(run, name, arguments.minutes) for name in names]):
                print(future.result().row(), flush=True)
                failed = failed or future.result().finding is not None
    if arguments.keep:
        for name in names:
            keep(name)
    sys.exit(1 if failed else 0)


main()
