# Checks every tracked file: no path of this machine, no registry's host in a lock file, no big file.
"""usage: tracked.py CHECKOUT"""
import pathlib
import re
import subprocess
import sys

SIZE_MAX = 1_000_000
LOCK_NAMES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc"}
PERSONAL = re.compile(rb"(?<![\w.$}/-])/(?:home/(?!USER\b)[a-z]|root/)[\w./-]*")
REGISTRY = re.compile(rb'"resolved"\s*:\s*"https?:|resolved\s+"?https?:|^\s*registry\s*=', re.M)


def violations(root):
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z"],
                             check=True, capture_output=True).stdout
    parent = str(root.parent).encode()
    # A checkout directly below a folder of one letter or of / would match everywhere.
    places = [str(root).encode() + b"/"]
    if len(parent) > 3:
        places.append(parent + b"/")
    for name in filter(None, listing.split(b"\0")):
        path = root / name.decode()
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if len(content) > SIZE_MAX:
            yield f"{name.decode()}: {len(content)} bytes, at most {SIZE_MAX}"
        found = next((place for place in places if place in content), None)
        personal = PERSONAL.search(content)
        if found or (personal and b"\0" not in content[:1000]):
            what = found or personal.group(0)
            line = content[:content.index(what)].count(b"\n") + 1
            yield f"{name.decode()}:{line}: a path of a machine: {what.decode()}"
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
