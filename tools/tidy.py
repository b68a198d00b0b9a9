# Runs clang-tidy over src/ on all cores; what was found good is not looked at again until it changes.
"""usage: tidy.py BUILD-FOLDER [alone]   needs BUILD-FOLDER/compile_commands.json

Files that can stand in one translation unit are looked at together: most of clang-tidy's time goes into
the headers that they share. A group in which anything is found, or that does not compile, is halved
until single files are left, and what is said of a single file counts. With "alone" each file is looked
at by itself from the start, which also shows that each includes what it needs."""
import concurrent.futures
import hashlib
import itertools
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
GROUP_LINES = 2500  # more than that and a late group leaves the other cores idle
# Of what stands at the left edge in a namespace without name: functions, values, types, aliases.
NAMELESS = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.M | re.S)
DECLARED = re.compile(r"\b(\w+)(?:\(| =|;|\{|\[| \{)")


def without_compiled_header(arguments):
    """The command without the precompiled header: clang-tidy refuses the binary (it defines a macro
    of its own), and with the text every file would cost what the largest costs."""
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


class File:
    def __init__(self, entry, source, version):
        self.path = pathlib.Path(entry["file"])
        self.folder = entry["directory"]
        command = without_compiled_header(shlex.split(entry["command"]))
        self.key = key(self.path, source, command, version)
        # Two files go together whose commands differ in nothing but their names.
        output = command.index("-o")
        names = {output, output + 1, command.index("-c"), command.index(str(self.path))}
        self.options = tuple(word for at, word in enumerate(command) if at not in names)
        text = self.path.read_text()
        self.lines = text.count("\n")
        self.names = {name for body in NAMELESS.findall(text) for line in body.split("\n")
                      if line[:1].isalpha() for name in DECLARED.findall(line)[:1]}


def groups(files):
    """Of each floor, such that no two files of a group declare the same name for themselves."""
    made = []
    for file in sorted(files, key=lambda file: (file.path.parent, file.path)):
        def takes(group):
            return (group[0].path.parent == file.path.parent and group[0].options == file.options and
                    sum(each.lines for each in group) + file.lines <= GROUP_LINES and
                    not any(each.names & file.names for each in group))
        group = next((group for group in made if takes(group)), None)
        if group is None:
            made.append([file])
        else:
            group.append(file)
    return sorted(made, key=lambda group: -sum(file.lines for file in group))


class Desk:
    def __init__(self, folder):
        self.folder = folder
        self.good = folder / "good"
        self.good.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count()

    def look(self, group):
        """What was found, as texts, one for each file that is bad."""
        began = time.monotonic()
        done = self.tidy(group)
        if done.returncode == 0:
            for file in group:
                (self.good / file.key).touch()
            return []
        if len(group) == 1:
            return [f"{group[0].path} ({time.monotonic() - began:.0f} s):\n{done.stdout}{done.stderr}"]
        half = len(group) // 2
        return self.look(group[:half]) + self.look(group[half:])

    def tidy(self, group):
        """In a folder of its own: a compile database has one command for a file."""
        folder = self.folder / f"group{next(self.numbers)}"
        folder.mkdir(exist_ok=True)
        main = group[0].path
        if len(group) > 1:
            main = folder / "group.cpp"
            main.write_text("// NOLINTBEGIN(bugprone-suspicious-include)\n" +
                            "".join(f'#include "{file.path}"\n' for file in group) +
                            "// NOLINTEND(bugprone-suspicious-include)\n")
        # That a name hides another one is for the compiler to say, of each file by itself.
        together = ["-Wno-shadow"] if len(group) > 1 else []
        command = [*group[0].options, *together, "-c", str(main)]
        (folder / "compile_commands.json").write_text(json.dumps(
            [{"directory": group[0].folder, "file": str(main), "arguments": command}]))
        return subprocess.run([TIDY, "-p", str(folder), "--quiet", str(main)],
                              capture_output=True, text=True)


def main(build, alone):
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    database = json.loads((build / "compile_commands.json").read_text())
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    files = [File(entry, source, version) for entry in database
             if source in pathlib.Path(entry["file"]).parents]
    if not files:
        print(f"tidy: no file of src/ in {build}/compile_commands.json", file=sys.stderr)
        return 1
    desk = Desk(build / ("tidy_alone" if alone else "tidy"))
    todo = [file for file in files if not (desk.good / file.key).exists()]
    parts = [[file] for file in todo] if alone else groups(todo)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(desk.look, parts):
            bad += len(found)
            for text in found:
                print(text, flush=True)
    print(f"tidy: {len(files)} files, {len(files) - len(todo)} known to be good, "
          f"{len(parts)} groups, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["alone"]):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:] == ["alone"]))
