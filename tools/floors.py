# Checks the floors of src/floors.txt and the rules of shape that every source file keeps.
"""usage: floors.py CHECKOUT   prints one line a violation, "FILE:LINE: what"; exit code 1 when any"""
import pathlib
import re
import sys

LINE_MAX = 100
FILE_LINES_AIM = 400
FILE_LINES_MAX = 600

# Third-party headers by the word that src/floors.txt uses for them.
WORDS = [
    ("asio", r"asio(\.hpp|/)"),
    ("curl", r"curl/"),
    ("sqlite3", r"sqlite3(ext)?\.h$"),
    ("libpq", r"(libpq-fe\.h$|libpq/|postgresql/)"),
    ("unicode", r"unicode/"),
    ("phonenumbers", r"phonenumbers/"),
    ("roaring", r"roaring/"),
    ("simdjson", r"simdjson\.h$"),
    ("rapidjson", r"rapidjson/"),
    ("openssl", r"openssl/"),
    ("zlib", r"zlib\.h$"),
    ("gssapi", r"(gssapi/|krb5\.h$)"),
    ("sodium", r"sodium(\.h$|/)"),
    ("restinio", r"(restinio/|http_parser\.h$)"),
    ("CLI", r"CLI/"),
    ("toml++", r"toml\+\+/"),
    ("libedit", r"(histedit\.h$|editline/)"),
    ("pugixml", r"pugi(xml|config)\.hpp$"),
]
FREE = re.compile(r"(fmt/|sys/|netinet/|arpa/|[a-z_0-9]+$"  # fmt, POSIX folders, C++ standard
                  r"|(unistd|fcntl|signal|poll|pthread|strings|netdb|pwd|grp|termios|dirent|stdlib|string"
                  r"|errno|time|sysexits)\.h$)")

# Floors that only compute: no waiting, no clock, no lock, no file, no socket.
PURE = ("contact", "placement", "reconcile", "card", "directory")
IMPURE = re.compile(r"(coroutine|thread|mutex|shared_mutex|atomic|condition_variable|future|fstream"
                    r"|iostream|stop_token|semaphore|latch|barrier|sys/socket\.h|netinet/.*|arpa/.*"
                    r"|netdb\.h|poll\.h|pthread\.h|unistd\.h|fcntl\.h)$")
# Where time is made (async), shown to a person (app), or belongs to another world (sim).
OWN_CLOCK = ("async", "app", "sim")
CLOCKS = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)\b")

# A mistake of the client must not cancel out in the simulator: neither knows the other, whatever
# floors.txt says.
APART = [("sim", {"graph", "http", "ews", "management", "wire", "engine", "hq", "state"}),
         ("graph", {"sim", "ews", "engine"}), ("http", {"sim"}),
         ("login", {"sim", "graph", "ews", "engine"}), ("ews", {"sim", "graph", "engine"}),
         ("hqapi", {"hellohq", "http", "sim", "graph", "ews", "engine", "state"}),
         ("hellohq", {"hqapi", "hq", "sim", "graph", "ews", "engine", "state"}),
         ("management", {"sim", "graph", "ews", "engine", "contact"})]

EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "impl", "misc"}
# An address, or a line that is one raw literal: text as it goes over the wire.
UNBREAKABLE = re.compile(r'https?://|^\s*R"\(')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def read_floors(path):
    """{floor: (floors it may include, third-party words it may use)}, violations"""
    floors, wrong = {}, []
    known = {word for word, _ in WORDS}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z]+):([^|]*)\|(.*)", line)
        if not match:
            wrong.append(f"src/floors.txt:{number}: not of the form name: floors | headers")
            continue
        floor, below, words = match[1], match[2].split(), match[3].split()
        wrong += [f"src/floors.txt:{number}: {other} is no floor above this line"
                  for other in below if other not in floors]
        wrong += [f"src/floors.txt:{number}: no known third-party word: {word}"
                  for word in words if word not in known]
        floors[floor] = (set(below), set(words))
    return floors, wrong


def quoted_include(floor, target, floors):
    """What is wrong with `#include "target"` in src/<floor>/, or None."""
    other = target.split("/")[0]
    if "/" not in target or ".." in target:
        return f'"{target}" does not start with its floor'
    if any(floor == left and other in right for left, right in APART):
        return f"{floor} never includes {other}"
    if other != floor and other not in floors[floor][0]:
        return f"floor {floor} may not include floor {other}"
    return None


def angled_include(floor, target, floors):
    for word, pattern in WORDS:
        if re.match(pattern, target):
            return None if word in floors[floor][1] else f"floor {floor} may not use <{target}>"
    if not FREE.match(target):
        return f"<{target}> is bound to no word of tools/floors.py"
    if floor in PURE and IMPURE.match(target):
        return f"floor {floor} only computes: no <{target}>"
    return None


def without_comment(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]


def check_includes(floor, lines, floors):
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            check = quoted_include if match[1] == '"' else angled_include
            wrong = check(floor, match[2], floors)
            if wrong:
                yield number, wrong
        if floor not in OWN_CLOCK and CLOCKS.search(without_comment(line)):
            yield number, "a clock of its own: time comes through Clock (async/clock.hpp)"


def check_shape(lines):
    if not lines or not re.match(r"// \S", lines[0]):
        yield 1, "does not open with a // sentence saying what it is for"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX and not UNBREAKABLE.search(line):
            yield number, f"{len(line)} columns, at most {LINE_MAX}"
    if len(lines) > FILE_LINES_MAX:
        yield len(lines), f"{len(lines)} lines, at most {FILE_LINES_MAX}"


def empty_name(path):
    return next((part for part in path.with_suffix("").parts
                 if EMPTY_NAMES & set(re.split(r"[_.-]", part.lower()))), None)


def check_tree(root):
    """(violations, notes)"""
    floors, wrong = read_floors(root / "src/floors.txt")
    notes = []
    files = [path for top in ("src", "test", "bench") if (root / top).is_dir()
             for path in sorted((root / top).rglob("*"))
             if path.suffix in (".cpp", ".hpp") and "node_modules" not in path.parts]
    for path in files:
        name = path.relative_to(root)
        lines = path.read_text().splitlines()
        found = list(check_shape(lines))
        if empty_name(name):
            found.append((1, f"{empty_name(name)} says nothing: name it by what it does"))
        if name.parts[0] == "src":
            floor = name.parts[1]
            if len(name.parts) < 3 or floor not in floors:
                found.append((1, "lies on no floor of src/floors.txt"))
            else:
                found += check_includes(floor, lines, floors)
        wrong += [f"{name}:{number}: {what}" for number, what in found]
        if FILE_LINES_AIM < len(lines) <= FILE_LINES_MAX:
            notes.append(f"note: {name}: {len(lines)} lines, aim at {FILE_LINES_AIM}")
    return wrong, notes


def main(root):
    wrong, notes = check_tree(root)
    for line in notes + wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
