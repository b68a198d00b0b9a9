# Checks every tracked file: no path of this machine, no registry's host in a lock file, no big file.
"""usage: tracked.py CHECKOUT"""
import pathlib
import re
import subprocess
import sys

SIZE_MAX = 1_000_000
LOCK_NAMES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc"}
# Not in the middle of a path or word: src/app/ is no /app/.
START = rb"(?<![\w.$}/*-])"
# Folders that every machine has: a text may name what lies in them.
EVERYWHERE = {"/", "/tmp", "/var/tmp", "/srv", "/opt", "/home", "/mnt", "/media", "/usr/src",
              "/usr/local", "/usr/local/src", "/var/lib", "/build", "/builds", "/src", "/app"}
PERSONAL = re.compile(START + rb"/(?:home/(?!USER\b)[a-z]|root/)[\w./-]*")
REGISTRY = re.compile(rb'"resolved"\s*:\s*"https?:|resolved\s+"?https?:|^\s*registry\s*=', re.M)


def violations(root):
    # The checkout may belong to somebody else than the one who checks it, as in CI.
    git = ["git", "-c", "safe.directory=*", "-C", str(root)]
    listing = subprocess.run([*git, "ls-files", "-z"], check=True, capture_output=True).stdout
    places = [place for place in (str(root), str(root.parent)) if place not in EVERYWHERE]
    places.append("/nonexistent")
    here = re.compile(START + b"(?:" + b"|".join(re.escape(p.encode()) for p in places) + b")/")
    for name in filter(None, listing.split(b"\0")):
        path = root / name.decode()
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if len(content) > SIZE_MAX:
            yield f"{name.decode()}: {len(content)} bytes, at most {SIZE_MAX}"
        found = here.search(content) or PERSONAL.search(content)
        if found and b"\0" not in content[:1000]:
            line = content[:found.start()].count(b"\n") + 1
            yield f"{name.decode()}:{line}: a path of a machine: {found.group(0).decode()}"
        if path.name in LOCK_NAMES and REGISTRY.search(content):
            yield (f"{name.decode()}: names a registry's host; "
                   "npm install --omit-lockfile-registry-resolved leaves it out")


def main(root):
    found = list(violations(root.resolve()))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
