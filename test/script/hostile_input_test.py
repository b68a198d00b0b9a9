#!/usr/bin/env python3
"""Input that a hurried or hostile hand gives the real program: it answers in one clear line, with the
documented exit code, and keeps what it had."""
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])

CONTACT = {"Id": 101, "FirstName": None, "LastName": "Esc\u001b[2J\u009b31m", "CompanyId": 10}
SETS = {
    "Users.json": [{"Id": 1, "EMailWork": "anna@agentur.example"}],
    "Companies.json": [{"Id": 10, "Name": "Bell\u0007", "ResponsibleUsers": [{"Id": 1}]}],
    "ContactPersons.json": [CONTACT],
}


class HostileInput(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="hqsync-hostile-")
        self.folder = self.temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.write("hqsync.toml", '[hq]\ndatabase = "hq.db"\n[state]\ndatabase = "state.db"\n')
        for name, records in SETS.items():
            self.write(name, json.dumps(records))
        self.told("hq", "import", ".", code=0)

    def tearDown(self):
        self.temporary.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def told(self, *arguments, code, **options):
        options = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                              **options)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        self.assertNotIn("internal error", done.stderr)
        return done

    def test_an_answer_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for command in (["hq", "counts"], ["status", "--json"],
                            ["placements", "--user", "anna@agentur.example", "--json"]):
                done = self.told(*command, code=1, stdout=full)
                self.assertTrue(done.stderr.startswith("hqsync: output.failed: "), done.stderr)

    def test_a_folder_is_no_file_of_edits(self):
        done = self.told("hq", "apply", ".", code=1)
        self.assertEqual(done.stderr, "hqsync: hq.apply: cannot read .\n")

    def test_a_number_that_is_no_id_is_a_usage_error(self):
        for number in ("0", "-5", "2147483648", "99999999999999999999", "1.5", "abc"):
            self.told("hq", "set", "contact", number, "FirstName=x", code=2)
            self.told("hq", "delete", "contact", number, code=2)
            self.told("explain", "--user", "anna@agentur.example", "--contact", number, code=2)

    def test_a_negative_seed_is_a_usage_error(self):
        self.told("sim", "--listen", "127.0.0.1:0", "--seed", "-1", code=2)

    def test_the_simulator_names_a_state_file_that_it_cannot_look_at(self):
        self.write("file", "")
        done = self.told("sim", "--listen", "127.0.0.1:0", "--state", "file/below", code=1)
        self.assertEqual(done.stderr, "sim.state: file/below: Not a directory\n")

    def test_the_simulator_prints_an_address_of_ip_version_six_in_brackets(self):
        simulator = subprocess.Popen([PROGRAM, "sim", "--listen", "[::1]:0"],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = simulator.stdout.readline()
        simulator.send_signal(signal.SIGTERM)
        _, trouble = simulator.communicate(timeout=30)
        if "Cannot assign" in trouble or "not supported" in trouble:
            self.skipTest("this machine has no IPv6")
        self.assertRegex(line, r"^graph http://\[::1\]:\d+/v1\.0\n$")

    def test_a_setting_that_is_not_confirmed_at_the_terminal_is_exit_code_two(self):
        ours, theirs = pty.openpty()
        os.write(ours, b"n\n")
        done = self.told("settings", "set", "sync.only_my_contacts", "on", code=2, stdin=theirs)
        os.close(ours)
        os.close(theirs)
        self.assertIn("Store it? [y/N] ", done.stdout)
        self.assertEqual(done.stderr, "hqsync: nothing was changed\n")
        self.assertEqual(self.told("settings", "history", "--json", code=0).stdout, "[]\n")

    def test_names_of_hq_do_not_steer_the_terminal(self):
        told = self.told("explain", "--user", "anna@agentur.example", "--contact", "101",
                         code=0).stdout
        self.assertTrue(told.startswith("Contact 101 Esc"), told)
        self.assertEqual([sign for sign in told if sign != "\n" and not sign.isprintable()], [])
        shown = self.told("hq", "show", "contact", "101", code=0).stdout
        self.assertEqual([sign for sign in shown if sign != "\n" and not sign.isprintable()], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
