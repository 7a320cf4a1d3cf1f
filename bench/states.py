#!/usr/bin/env python3
"""The states that the explorer says an upgrade can stop in, against what real Helm does.

    pip install --target lib helm-python-sdk==0.2.2 pyyaml
    cargo build --example states
    PYTHONPATH=lib:FOLDER_OF_HOOKPROOF python3 bench/states.py target/debug/examples/states

For each scenario real Helm (4.2.3) installs OLD and upgrades to NEW against a toy API server (`hookproof.py`, which
holds objects and fails where it is told to), and then does nothing, rolls back, or has --rollback-on-failure. What is
then in force must be what the explorer says for the same failed step.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import ThreadingHTTPServer

import helm_python
import hookproof as toy

H = "pre-install,pre-upgrade"
# What the server refuses to write: whether it is a deletion, and the object. It knows no Deployments; ConfigMaps stand
# for them.
REFUSED = set()


def refuse(handle):
    """The toy server, which refuses writes to the objects in REFUSED."""
    def handled(self, verb):
        path = self.path.split("?")[0]
        name = "/".join(path.rstrip("/").split("/")[-2:])
        writes = verb in ("POST", "PUT", "PATCH", "DELETE")
        if verb == "POST" and REFUSED:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.peek(length)[:length].decode(errors="replace") if length else ""
            found = re.search(r'"name":"([^"]+)"', body)
            name = f"{path.rstrip('/').split('/')[-1]}/{found[1] if found else ''}"
        if writes and (verb == "DELETE", name) in REFUSED:
            self.body()
            return toy.status(403, "Forbidden", f"{name} refused")
        return handle(self, verb)
    return handled


toy.H.handle_one = refuse(toy.H.handle_one)
PLURAL = {"Secret": "secrets", "ConfigMap": "configmaps", "ServiceAccount": "serviceaccounts", "Job": "jobs",
          "SecretProviderClass": "secretproviderclasses"}
SPC, JOB, CM = "SecretProviderClass", "Job", "ConfigMap"


def cm(name, value, *hook, keep=False):
    text = toy.res(CM, name, f"data: {{v: '{value}'}}\n", *hook)
    if keep:
        text = text.replace(f"  name: {name}\n", f"  name: {name}\n  annotations: {{helm.sh/resource-policy: keep}}\n")
    return text


def secret(name, value, *hook):
    return toy.res("Secret", name, f"stringData: {{v: '{value}'}}\n", *hook)


def spc(name, keys, *hook):
    return toy.res(SPC, name, toy.spc(*keys), *hook)


def job(name, *hook, image="i"):
    return toy.res(JOB, name, toy.JOB.replace("image: i", f"image: {image}"), *hook)


# Name, old, new, where it stops (as the explorer calls it), what is refused for that (a Job whose name says
# `fail` fails by itself).
SCENARIOS = [
    ("incident: class as hook, failing Job", [spc("app", ["KEEP", "GONE"], H, "-2"), job("migrate", H, "-1"), cm("main", 1)],
     [spc("app", ["KEEP"], H, "-2"), job("migrate-fail", H, "-1"), cm("main", 2)], "await-hook Job/migrate-fail", None),
    ("all goes well", [spc("app", ["KEEP", "GONE"], H, "-2"), job("migrate", H, "-1"), cm("main", 1)],
     [spc("app", ["KEEP"], H, "-2"), job("migrate", H, "-1", image="j"), cm("main", 2)], "done", None),
    ("names decide between equal weights", [cm("main", 1)],
     [job("a-fail", H, "0"), secret("b", 1, H, "0"), cm("main", 2)], "await-hook Job/a-fail", None),
    ("policy hook-succeeded is applied before the manifest", [spc("app", ["A"], H, "-2"), cm("main", 1)],
     [spc("app", ["A", "B"], H, "-2", "hook-succeeded"), job("good", H, "-1"), cm("main", 2)], "done", None),
    ("a failure deletes what succeeded before it", [spc("app", ["A"], H, "-2"), cm("main", 1)],
     [spc("app", ["A", "B"], H, "-2", "hook-succeeded"), job("x-fail", H, "-1"), cm("main", 2)], "await-hook Job/x-fail", None),
    ("policy hook-failed of the Job itself", [cm("main", 1)],
     [job("x-fail", H, "-1", "hook-failed"), cm("main", 2)], "await-hook Job/x-fail", None),
    ("no before-hook-creation: what is left is overwritten", [cm("left", 1, H, "0", "hook-failed"), cm("main", 1)],
     [cm("left", 2, H, "0", "hook-failed"), job("x-fail", H, "1"), cm("main", 2)], "await-hook Job/x-fail", None),
    ("a hook that is taken from the chart stays", [secret("left", 1, H, "0"), cm("main", 1)], [cm("main", 2)], "done", None),
    ("from the manifest into a hook", [secret("moved", 1), cm("main", 1)], [secret("moved", 2, H, "0"), cm("main", 2)], "done", None),
    ("from the manifest into a hook, kept", [cm("moved", 1, keep=True), cm("main", 1)], [cm("moved", 2, H, "0"), cm("main", 2)], "done", None),
    ("from the manifest into a hook, and a Job fails", [secret("moved", 1), cm("main", 1)],
     [secret("moved", 2, H, "0"), job("x-fail", H, "1"), cm("main", 2)], "await-hook Job/x-fail", None),
    ("removed from the manifest", [cm("gone", 1), cm("main", 1)], [cm("main", 2)], "done", None),
    ("removed from the manifest, kept", [cm("gone", 1, keep=True), cm("main", 1)], [cm("main", 2)], "done", None),
    ("a patch is refused: others go on, nothing is deleted", [cm("a", 1), cm("b", 1), cm("c", 1), cm("gone", 1)],
     [cm("a", 2), cm("b", 2), cm("c", 2)], "patch ConfigMap/b", (False, "configmaps/b")),
    ("a creation is refused: Helm stops there", [cm("a", 1), cm("gone", 1)],
     [cm("a", 2), cm("b", 2), cm("c", 2)], "patch ConfigMap/b", (False, "configmaps/b")),
    ("a deletion is refused: the others go on", [cm("a", 1), cm("gone-b", 1), cm("gone-c", 1)],
     [cm("a", 2)], "remove ConfigMap/gone-b", (True, "configmaps/gone-b")),
    ("creating a hook is refused after its deletion", [secret("s", 1, H, "0"), cm("main", 1)],
     [secret("s", 2, H, "0"), cm("main", 2)], "apply-hook Secret/s", (False, "secrets/s")),
    ("a post-upgrade Job fails", [cm("main", 1)], [cm("main", 2), secret("s", 1, "post-upgrade", "0"), job("x-fail", "post-upgrade", "1")],
     "await-hook Job/x-fail", None),
    ("the old chart's rollback hooks run", [secret("r", 1, "pre-rollback", "0"), cm("main", 1)],
     [secret("r", 2, "pre-rollback", "0"), job("x-fail", H, "1"), cm("main", 2)], "await-hook Job/x-fail", None),
    ("hooks of installations do not run on upgrades", [secret("i", 1, "pre-install", "0"), cm("main", 1)],
     [secret("i", 2, "pre-install", "0"), cm("main", 2)], "done", None),
    ("from a hook into the manifest is refused", [secret("moved", 1, H, "0"), cm("main", 1)],
     [secret("moved", 2), cm("main", 2)], "refused", None),
]


def value(text):
    """What tells contents apart."""
    import yaml
    node = yaml.safe_load(text) if isinstance(text, str) else text
    node = {key: node.get(key) for key in ("data", "stringData", "spec")}
    return json.dumps(node, sort_keys=True)


def chart(folder, docs, version):
    return toy.chart(folder, {f"{number:02}": text for number, text in enumerate(docs)}, version)


def named(docs):
    import yaml
    out = {}
    for text in docs:
        node = yaml.safe_load(text)
        out[f"{node['kind']}/{node['metadata']['name']}"] = value(text)
    return out


def in_force(old, new):
    """By kind and name, whose content it is; an unchanged one is the old one's."""
    kinds = {plural: kind for kind, plural in PLURAL.items()}
    out = {}
    for (resource, name), node in toy.DB.items():
        key = f"{kinds.get(resource)}/{name}"
        if kinds.get(resource) and "sh.helm.release" not in name and (key in old or key in new):
            out[key] = "old" if value(node) == old.get(key) else "new" if value(node) == new.get(key) else "neither"
    return out


def attempt(action):
    try:
        action()
        return True
    except Exception as error:  # noqa: BLE001: whatever Helm says
        return str(error)


def main():
    explorer = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), toy.H)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kubeconfig = f"""apiVersion: v1
kind: Config
current-context: t
clusters: [{{name: t, cluster: {{server: "http://127.0.0.1:{server.server_port}"}}}}]
users: [{{name: t, user: {{}}}}]
contexts: [{{name: t, context: {{cluster: t, user: t, namespace: default}}}}]
"""
    helm = helm_python.Config(namespace="default", kubeconfig_content=kubeconfig, storage_driver="memory")
    folder = tempfile.mkdtemp()
    good = compared = 0
    for number, (title, old, new, stop, refused) in enumerate(SCENARIOS):
        paths = []
        for side, docs in (("old", old), ("new", new)):
            path = f"{folder}/{number}-{side}.yaml"
            with open(path, "w", encoding="utf-8") as file:
                file.write("---\n".join(docs))
            paths.append(path)
        lines = [json.loads(line) for line in subprocess.check_output([explorer, *paths], text=True).splitlines()]
        c1, c2 = chart(f"{folder}/{number}-1", old, 1), chart(f"{folder}/{number}-2", new, 2)
        say = []
        for recovery in ("nothing", "rollback", "rollback-on-failure"):
            if stop in ("done", "refused") and recovery == "rollback-on-failure":
                continue
            if stop == "refused" and recovery == "rollback":
                continue
            toy.DB.clear()
            REFUSED.clear()
            name = f"r{number}-{recovery}"
            was = attempt(lambda: helm.install(c1, name, {}, timeout=20, wait="hookOnly"))
            assert was is True, (title, was)
            if refused:
                REFUSED.add(refused)
            options = {"rollback_on_failure": True} if recovery == "rollback-on-failure" else {}
            # Only the upgrade is refused, not the rollback after it.
            if refused and options:
                timer = Once(helm)
                result = timer.upgrade(c2, name, refused)
            else:
                result = attempt(lambda: helm.upgrade(c2, name, {}, timeout=20, wait="hookOnly", **options))
            REFUSED.clear()
            if recovery == "rollback":
                back = attempt(lambda: helm.rollback(name, version=1, timeout=20, wait="hookOnly"))
                assert back is True, (title, back)
            if stop == "refused":
                told = next(line["refused"] for line in lines if "refused" in line)
                same = isinstance(result, str) and "cannot be imported" in result and bool(told) and in_force(named(old), named(new)) == lines[0]["before"]
                expected, found = "refused", result
            else:
                states = [it["live"] for it in lines if it.get("stop") == stop and it.get("recovery") == recovery]
                expected, found = states, in_force(named(old), named(new))
                same = found in states and (result is True) == (stop == "done")
            compared += 1
            good += same
            say.append(f"{recovery}: {'same' if same else f'DIFFERENT: Helm {found}, explorer {expected}, result {result}'}")
        print(f"{title}\n  " + "\n  ".join(say))
    print(f"{good} of {compared} states of {len(SCENARIOS)} scenarios are the same")
    sys.stdout.flush()
    os._exit(0 if good == compared else 1)


class Once:
    """An upgrade with --rollback-on-failure of which only the upgrade is refused: the rollback's own writes come
    after the refusal, and are let through."""

    def __init__(self, helm):
        self.helm = helm

    def upgrade(self, chart_path, name, refused):
        real = toy.status

        def status(code, reason, msg=""):
            if code == 403:
                REFUSED.discard(refused)
            return real(code, reason, msg)
        toy.status = status
        try:
            return attempt(lambda: self.helm.upgrade(chart_path, name, {}, timeout=20, wait="hookOnly", rollback_on_failure=True))
        finally:
            toy.status = real


if __name__ == "__main__":
    main()
