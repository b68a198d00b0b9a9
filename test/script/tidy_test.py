#!/usr/bin/env python3
"""tools/tidy.py finds in files that it looks at together what it finds in each alone, on a small tree."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv[3])
HEAD = "#include <string>\n#include <utility>\n#include <vector>\n\nnamespace hqsync {\n\n"
TAIL = "\n}  // namespace hqsync\n"
GOOD = "std::size_t size_of_{0}(const std::string& text) {{\n    return text.size();\n}}\n"
OWN = "namespace {\n\nint answer() {\n    return 42;\n}\n\n}  // namespace\n\n"
FAULTS = {
    "bugprone-use-after-move": "std::string twice(std::string text) {\n"
                               "    std::string other = std::move(text);\n    return text + other;\n}\n",
    "readability-identifier-naming": "int BadName() {\n    return 1;\n}\n",
    "misc-unused-using-decls": "namespace other {\nstruct Thing {};\n}  // namespace other\n"
                               "using other::Thing;\n",
    "modernize-use-nullptr": "int* nowhere() {\n    return 0;\n}\n",
    "performance-unnecessary-copy-initialization":
        "std::size_t length(const std::string& text) {\n"
        "    const std::string copy = text;\n    return copy.size();\n}\n",
    "readability-container-size-empty": "bool is_none(const std::vector<int>& all) {\n"
                                        "    return all.size() == 0;\n}\n",
}


class Tidy(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-tidy-")
        self.addCleanup(temporary.cleanup)
        self.folder = os.path.realpath(temporary.name)
        for name in ("src/base", "tools", "build"):
            os.makedirs(os.path.join(self.folder, name))
        shutil.copy(os.path.join(SOURCE, "tools/tidy.py"), os.path.join(self.folder, "tools"))
        shutil.copy(os.path.join(SOURCE, ".clang-tidy"), self.folder)

    def write(self, **texts):
        database = []
        for name, text in texts.items():
            file = os.path.join(self.folder, "src/base", name + ".cpp")
            with open(file, "w", encoding="utf-8") as content:
                content.write(HEAD + text + TAIL)
            database.append({"directory": self.folder, "file": file,
                             "command": f"clang++-19 -Isrc -std=c++2b -Wshadow -Werror -o {name}.o "
                                        f"-c {file}"})
        with open(os.path.join(self.folder, "build/compile_commands.json"), "w",
                  encoding="utf-8") as content:
            json.dump(database, content)

    def run_it(self, *more, code=0):
        done = subprocess.run([sys.executable, "-B", "tools/tidy.py", "build", *more],
                              cwd=self.folder, capture_output=True, text=True, timeout=250, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_faults_are_found_in_a_group_as_alone(self):
        self.write(**{f"bad{number}": text for number, text in enumerate(FAULTS.values())},
                   good=GOOD.format("good"))
        for mode, parts in ((), 1), (("alone",), len(FAULTS) + 1):
            said = self.run_it(*mode, code=1)
            for check in FAULTS:
                self.assertIn(check, said)
            self.assertIn(f"{len(FAULTS) + 1} files, 0 known to be good, {parts} groups, "
                          f"{len(FAULTS)} bad", said)

    def test_what_is_good_is_not_looked_at_again(self):
        self.write(one=GOOD.format("one"), two=GOOD.format("two"))
        self.assertIn("2 files, 0 known to be good, 1 groups, 0 bad", self.run_it())
        self.assertIn("2 files, 2 known to be good, 0 groups, 0 bad", self.run_it())

    def test_files_that_do_not_go_together_are_looked_at_apart(self):
        mine = OWN + "int mine_{0}() {{\n    return answer();\n}}\n".replace("{{", "{").replace("}}", "}")
        self.write(one=mine.replace("{0}", "one"), two=mine.replace("{0}", "two"))
        self.assertIn("2 groups, 0 bad", self.run_it())
        # A clash that the names do not show: halved, and good.
        self.write(three="int same_word() {\n    return 1;\n}\n", four="int same_word() {\n    return 2;\n}\n")
        self.assertIn("1 groups, 0 bad", self.run_it())


if __name__ == "__main__":
    if shutil.which("clang-tidy-19") is None:
        print("skipped: not installed: clang-tidy-19 (tools/install.sh ci)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
