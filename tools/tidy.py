# Runs clang-tidy over src/ on all cores; what was found good is not looked at again until it changes.
"""usage: tidy.py BUILD-FOLDER   needs BUILD-FOLDER/compile_commands.json"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-19"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def without_compiled_header(arguments):
    """The command without the precompiled header: clang-tidy refuses the binary (it defines a macro
    of its own), and with the text every file would cost what the largest costs. So this gate also
    shows that each file includes what it needs."""
    kept, i = [], 0
    while i < len(arguments):
        if arguments[i] == "-Xclang" and arguments[i + 1] in ("-include-pch", "-include"):
            i += 4  # -Xclang -include -Xclang FILE
        elif arguments[i] in ("-Winvalid-pch", "-fpch-instantiate-templates"):
            i += 1
        elif arguments[i:i + 2] == ["-Xclang", "-fno-pch-timestamp"]:
            i += 2
        else:
            kept.append(arguments[i])
            i += 1
    # ccache and its environment stand before the compiler.
    compiler = next(n for n, word in enumerate(kept) if "clang++" in word)
    return kept[compiler:]


def closure(path, source, seen):
    """`path` and the project's own headers that it reaches."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for target in INCLUDE.findall(path.read_text()):
        closure(source / target, source, seen)
    return seen


def key(path, source, command, version):
    digest = hashlib.sha256(version)
    digest.update(json.dumps(command).encode())
    digest.update((source.parent / ".clang-tidy").read_bytes())
    for each in sorted(closure(path, source, set())):
        digest.update(str(each.relative_to(source)).encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()


def main(build):
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    database = json.loads((build / "compile_commands.json").read_text())
    cache = build / "tidy"
    (cache / "good").mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    commands, todo = [], []
    for entry in database:
        path = pathlib.Path(entry["file"])
        if source not in path.parents:
            continue
        command = without_compiled_header(shlex.split(entry["command"]))
        commands.append({"directory": entry["directory"], "file": str(path), "arguments": command})
        mark = cache / "good" / key(path, source, command, version)
        if not mark.exists():
            todo.append((path, mark))
    if not commands:
        print(f"tidy: no file of src/ in {build}/compile_commands.json", file=sys.stderr)
        return 1
    (cache / "compile_commands.json").write_text(json.dumps(commands))

    def look(job):
        path, mark = job
        began = time.monotonic()
        done = subprocess.run([TIDY, "-p", str(cache), "--quiet", str(path)],
                              capture_output=True, text=True)
        if done.returncode == 0:
            mark.touch()
        return path.relative_to(source.parent), done, time.monotonic() - began

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, done, seconds in pool.map(look, todo):
            if done.returncode != 0:
                bad += 1
                print(f"{name} ({seconds:.0f} s):\n{done.stdout}{done.stderr}")
            elif seconds > 30:
                print(f"note: {name} took {seconds:.0f} s")
    print(f"tidy: {len(commands)} files, {len(commands) - len(todo)} known to be good, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
