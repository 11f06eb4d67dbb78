"""Holds the hub of the tests to Hugging Face's own client, and our cache to that client's.

The real `huggingface_hub` downloads from RunHubServer as it would from huggingface.co. Then each side reads what the other
downloaded, without a connection, and each finishes what the other began.

Usage: check_client.py FOLDER, the folder of the built programs RunHubServer and FetchFromHub (`make check-hub`).
Needs huggingface_hub (checked with 2.4); with transformers a model is loaded by name, too. The client's own protocol for
large files is switched off (HF_HUB_DISABLE_XET=1): it talks to another service, which is not imitated.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
NAME, LARGE, CLOSED = "org/tiny", "org/large", "org/closed"
checked = 0


def check(what, is_true, detail=""):
    global checked
    if not is_true:
        sys.exit(f"check-hub: FAILED: {what}\n{detail}")
    checked += 1
    print(f"ok  {what}", flush=True)


class Server:
    """RunHubServer, and what it saw."""

    def __init__(self, folder, *flags):
        self.process = subprocess.Popen(
            [PROGRAMS / "RunHubServer", folder, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addresses = json.loads(self.process.stdout.readline())

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def requests(self, port=None, method=None):
        """The requests since the last call."""
        return [
            request for request in self.tell("requests")
            if port in (None, request["port"]) and method in (None, request["method"])]


def environment(server, home, **more):
    """The variables of both sides; the programs of this machine see no other hub."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    return own | {
        "HF_ENDPOINT": server.addresses["hub"], "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "NO_PROXY": "*", "no_proxy": "*"} | more


def client(code, variables):
    """Runs Python with the real client; its last line of output."""
    result = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", "from huggingface_hub import *\n" + code], env=variables,
        capture_output=True, text=True, timeout=120)
    if result.returncode:
        sys.exit(f"check-hub: FAILED: the client\n{code}\n{result.stdout}{result.stderr}")
    lines = result.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def error_of(code, variables):
    """The type of the error that the client ends with."""
    wrapped = "try:\n  " + code + "\n  print('none')\nexcept Exception as error:\n  print(type(error).__name__)"
    return client(wrapped, variables)


def fetch(variables, *arguments):
    """Our download: the directory."""
    result = subprocess.run(
        [PROGRAMS / "FetchFromHub", *arguments], env=variables, capture_output=True, text=True, timeout=120)
    if result.returncode:
        sys.exit(f"check-hub: FAILED: FetchFromHub {arguments}\n{result.stdout}{result.stderr}")
    return result.stdout.splitlines()[0]


def same_files(directory, names, folder):
    return all((pathlib.Path(directory) / name).read_bytes() == (folder / name).read_bytes() for name in names)


SCAN = """
info = scan_cache_dir()
print([str(warning) for warning in info.warnings], sorted(repo.repo_id for repo in info.repos))
"""


def wait_for_part(cache, size):
    """Waits until a file of the cache has grown to a size, and is not complete."""
    for _ in range(1_000):
        parts = [path for path in cache.glob("hub/models--*/blobs/*") if path.stat().st_size >= size]
        if parts:
            return
        time.sleep(0.01)
    sys.exit("check-hub: FAILED: no download began")


def main():
    import huggingface_hub

    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        folder = root / "models" / NAME
        (folder / "notes").mkdir(parents=True)
        generator = random.Random(0)
        (folder / "config.json").write_text('{"model_type": "clip"}\n')
        (folder / "model.safetensors").write_bytes(generator.randbytes(3_000_000))
        (folder / "notes" / "a b.txt").write_text("nested\n")
        (folder / "vocab.txt").write_text("a\nb\n" * 5_000)
        names = ["config.json", "model.safetensors", "notes/a b.txt", "vocab.txt"]
        # The client keeps what came in pieces of 10 MiB.
        large = root / "models" / LARGE
        large.mkdir()
        (large / "model.safetensors").write_bytes(generator.randbytes(25_000_000))
        closed = root / "models" / CLOSED
        closed.mkdir()
        (closed / "config.json").write_text("{}\n")
        checkpoint = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "clip_eos2"
        shutil.copytree(checkpoint, root / "models" / "org" / "clip")
        server = Server(root / "models", "--token", "hf_check", "--gated", CLOSED)
        try:
            check_downloads(server, root, folder, names)
            check_model(server, root, checkpoint)
            check_both(server, root, folder, names)
            check_interruptions(server, root, folder, names)
        finally:
            server.process.stdin.close()
            server.process.wait()
    print(f"check-hub: {checked} checks, huggingface_hub {huggingface_hub.__version__}, HF_HUB_DISABLE_XET=1")


def check_downloads(server, root, folder, names):
    """The server is a hub as far as the client can see."""
    variables = environment(server, root / "client")
    for name in names:
        path = client(f"print(hf_hub_download({NAME!r}, {name!r}))", variables)
        check(f"hf_hub_download {name}", pathlib.Path(path).read_bytes() == (folder / name).read_bytes(), path)
    seen = server.requests()
    statuses = {(request["port"], request["method"], request["status"]) for request in seen}
    check("a large file is redirected to the storage, a small one within the hub",
          {("hub", "HEAD", 302), ("hub", "HEAD", 307), ("storage", "GET", 200)} <= statuses, statuses)
    snapshot = client(f"print(snapshot_download({NAME!r}))", environment(server, root / "client2"))
    check("snapshot_download", same_files(snapshot, names, folder), snapshot)
    check("it lists the tree", any("/tree/" in request["target"] for request in server.requests()))
    check("a second time nothing is downloaded",
          client(f"print(snapshot_download({NAME!r}))", environment(server, root / "client2")) == snapshot
          and not server.requests("storage"))
    check("the scan of its cache", client(SCAN, environment(server, root / "client2")) == f"[] ['{NAME}']")

    server.tell("cut", "xet-bridge", 12_000_000, 2)
    path = client(f"print(hf_hub_download({LARGE!r}, 'model.safetensors'))", environment(server, root / "client3"))
    ranges = [request["headers"].get("range") for request in server.requests("storage", "GET")]
    check("two cuts are resumed by ranges", ranges == [None, "bytes=10485760-", "bytes=20971520-"]
          and same_files(pathlib.Path(path).parent, ["model.safetensors"], root / "models" / LARGE), ranges)

    server.tell("rename", "old/name", NAME)
    path = client("print(hf_hub_download('old/name', 'model.safetensors'))", environment(server, root / "client4"))
    check("a renamed repository", same_files(pathlib.Path(path).parent, ["model.safetensors"], folder), path)

    errors = {
        f"hf_hub_download({NAME!r}, 'none.json')": "RemoteEntryNotFoundError",
        f"hf_hub_download({NAME!r}, 'config.json', revision='none')": "RevisionNotFoundError",
        "model_info('org/none', token='hf_check')": "RepositoryNotFoundError",
        f"hf_hub_download({CLOSED!r}, 'config.json')": "GatedRepoError",
        f"model_info({NAME!r}, token='hf_wrong')": "HfHubHTTPError",
    }
    for code, expected in errors.items():
        found = error_of(code, variables)
        check(f"{expected}: {code}", found == expected, found)
    server.requests()
    path = client(f"print(hf_hub_download({CLOSED!r}, 'config.json'))", variables | {"HF_TOKEN": "hf_check"})
    check("a gated repository opens with its token", pathlib.Path(path).exists())
    client(f"print(hf_hub_download({NAME!r}, 'model.safetensors', force_download=True))", variables | {"HF_TOKEN": "hf_check"})
    seen = server.requests()
    with_token = {request["port"] for request in seen if "authorization" in request["headers"]}
    check("the client's token goes to the hub alone", with_token == {"hub"}, with_token)


def check_model(server, root, checkpoint):
    """transformers loads a model by its name from the server."""
    try:
        import transformers
    except ImportError:
        print("--  transformers is not installed: no model is loaded by name")
        return
    code = """
from transformers import AutoModel
by_name = AutoModel.from_pretrained("org/clip").state_dict()
by_path = AutoModel.from_pretrained({path!r}).state_dict()
print(len(by_name), all((by_name[key] == by_path[key]).all() for key in by_path))
"""
    found = client(code.format(path=str(checkpoint)), environment(server, root / "transformers"))
    check(f"AutoModel.from_pretrained by name ({checkpoint.name})", found.endswith("True"), found)
    ours = fetch(environment(server, root / "transformers", HF_HUB_OFFLINE="1"), "org/clip", "config.json", "model.safetensors")
    check("our library finds what transformers downloaded, offline", pathlib.Path(ours, "config.json").exists(), ours)


def check_both(server, root, folder, names):
    """Each side finds, without a connection, what the other downloaded."""
    theirs = environment(server, root / "theirs")
    snapshot = client(f"print(snapshot_download({NAME!r}))", theirs)
    server.requests()
    ours = fetch(theirs | {"HF_HUB_OFFLINE": "1"}, NAME, *names)
    check("what the client downloaded we find offline", ours == snapshot, ours)
    check("and no request was made", server.requests() == [])
    check("online we download none of it again", fetch(theirs, NAME, *names) == snapshot and not server.requests("storage"))

    mine = environment(server, root / "ours")
    directory = fetch(mine, NAME, *names)
    check("our download", same_files(directory, names, folder), directory)
    server.requests()
    offline = mine | {"HF_HUB_OFFLINE": "1"}
    found = client(f"print(snapshot_download({NAME!r}, local_files_only=True))", offline)
    check("what we downloaded the client finds: snapshot_download(local_files_only=True)", found == directory, found)
    for name in names:
        found = client(f"print(try_to_load_from_cache({NAME!r}, {name!r}))", offline)
        check(f"try_to_load_from_cache {name}", found == f"{directory}/{name}", found)
        found = client(f"print(hf_hub_download({NAME!r}, {name!r}))", offline)
        check(f"hf_hub_download {name} offline", found == f"{directory}/{name}", found)
    check("and no request was made", server.requests() == [])
    check("scan_cache_dir has no warning", client(SCAN, offline) == f"[] ['{NAME}']", client(SCAN, offline))
    found = client(f"print(snapshot_download({NAME!r}))", mine)
    check("online it downloads none of it again", found == directory and not server.requests("storage"), found)
    blobs = sorted(path.name for path in (root / "ours").glob("hub/models--*/blobs/*"))
    expected = sorted(path.name for path in (root / "theirs").glob("hub/models--*/blobs/*"))
    check("both name blobs alike", blobs == expected, (blobs, expected))
    locks = sorted(str(path.relative_to(root / "ours")) for path in (root / "ours").glob("hub/.locks/*/*"))
    expected = {str(path.relative_to(root / "theirs")) for path in (root / "theirs").glob("hub/.locks/*/*")}
    check("both name locks alike", set(locks) <= expected and locks, (locks, expected))

    commit = server.tell("commit", NAME, "config.json", "{}")
    new = fetch(mine, NAME, *names)
    check("a new commit: our refs lead the client", new.endswith(commit)
          and client(f"print(snapshot_download({NAME!r}, local_files_only=True))", offline) == new, new)
    check("the old snapshot stays", same_files(directory, names, folder))
    check("scan_cache_dir has no warning", client(SCAN, offline) == f"[] ['{NAME}']", client(SCAN, offline))


def check_interruptions(server, root, folder, names):
    """Each side finishes what the other began; neither is misled by what the other left."""
    file = "model.safetensors"
    code = f"print(hf_hub_download({NAME!r}, {file!r}))"

    home = root / "killed-client"
    variables = environment(server, home)
    server.tell("slow", "xet-bridge", 1_000_000, 1)
    process = subprocess.Popen([sys.executable, "-c", "from huggingface_hub import *\n" + code], env=variables, stdout=subprocess.DEVNULL)
    wait_for_part(home, 0)
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = [path.name for path in home.glob("hub/models--*/blobs/*")]
    directory = fetch(variables, NAME, file)
    check(f"a killed client ({len(left)} part left) is followed by us", same_files(directory, [file], folder), left)
    check("and the client finds it offline", client(code, variables | {"HF_HUB_OFFLINE": "1"}) == f"{directory}/{file}")
    check("scan_cache_dir has no warning", client(SCAN, variables) == f"[] ['{NAME}']", client(SCAN, variables))

    home = root / "killed-fetch"
    variables = environment(server, home)
    server.tell("slow", "xet-bridge", 1_000_000, 1)
    process = subprocess.Popen([PROGRAMS / "FetchFromHub", NAME, file], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_part(home, 500_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    path = client(code, variables)
    check("a killed download of ours is followed by the client", same_files(pathlib.Path(path).parent, [file], folder), path)
    server.requests()
    check("and we find it", fetch(variables, NAME, file) == str(pathlib.Path(path).parent) and not server.requests("storage"))
    left = sorted(path.name for path in home.glob("hub/models--*/blobs/*"))
    check("no part is left", len(left) == 1, left)
    check("scan_cache_dir has no warning", client(SCAN, variables) == f"[] ['{NAME}']", client(SCAN, variables))

    for first in ("client", "ours"):
        home = root / f"together-{first}"
        variables = environment(server, home)
        server.requests()
        server.tell("slow", "xet-bridge", 1_000_000, 2)
        commands = [
            [sys.executable, "-c", "from huggingface_hub import *\n" + code], [PROGRAMS / "FetchFromHub", NAME, file]]
        if first == "ours":
            commands.reverse()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes = [subprocess.Popen(commands[0], env=variables, **quiet)]
        wait_for_part(home, 0)
        processes.append(subprocess.Popen(commands[1], env=variables, **quiet))
        codes = [process.wait(timeout=60) for process in processes]
        server.tell("behave")
        count = len(server.requests("storage", "GET"))
        check(f"both at once, {first} first: one download", codes == [0, 0] and count == 1, (codes, count))


main()
