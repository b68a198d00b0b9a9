#!/usr/bin/env python3
"""What sync ends with: item errors, held deletions, a lock, a signal; and the demo run twice."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
ANNA = "anna@agentur.example"
COUNT = 60


def contact(number, position=""):
    return {"Id": number, "FirstName": "Kim", "LastName": f"Nummer{number}", "Position": position}


class Outcomes(unittest.TestCase):
    """Each test has a folder, a simulator and one mailbox of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-outcomes-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_simulator)
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.url = line.split()[1].removesuffix("/").removesuffix("/sim")
            if line.strip() == "ready":
                break
        self.write("secret", "simulator\n")
        self.write("hqsync.toml", f'[hq]\ndatabase = "hq.db"\n[exchange]\n'
                                  f'graph_url = "{self.url}"\nlogin_url = "{self.url}"\n'
                                  'tenant = "demo"\nclient_id = "hqsync"\n'
                                  'client_secret_file = "secret"\nsettle_seconds = 0\n'
                                  '[state]\ndatabase = "state.db"\n')
        self.fill([contact(number) for number in range(1, COUNT + 1)])

    def end_simulator(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        self.simulator.wait(30)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def fill(self, contacts):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        users = [{"Id": 1, "FirstName": "Anna", "LastName": "Abel", "UserName": "anna",
                  "EMailWork": ANNA}]
        for name, records in {"Users": users, "ContactPersons": contacts, "Subsystem": [],
                              "Companies": [], "Projects": [], "Leads": []}.items():
            self.write(os.path.join("data", f"{name}.json"), json.dumps({"value": records}))
        self.run_program("hq", "import", "data")

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run_program(self, *arguments, code=0):
        running = self.start(*arguments)
        out, err = running.communicate(timeout=120)
        self.assertEqual(running.returncode, code, (arguments, out, err))
        return out + err if code == 1 else out

    def sync(self, code=0):
        return json.loads(self.run_program("sync", "--json", code=code))["mailboxes"][0]

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")

    def shown(self):
        items = [item for folder in self.control("GET", f"mailboxes/{ANNA}")["folders"]
                 if folder.get("live", True) for item in folder.get("contacts", [])]
        found = {item["surname"]: item.get("jobTitle") or "" for item in items}
        self.assertEqual(len(found), len(items), "a contact is there twice")
        return found

    def test_a_contact_that_fails_is_named_and_tried_again(self):
        self.control("POST", "faults", {"kind": "bad_item", "contains": "Nummer7\""})
        first = self.sync(code=3)
        self.assertEqual([error["contact"] for error in first["item_errors"]], [7])
        self.assertEqual(len(self.shown()), COUNT - 1)
        self.control("DELETE", "faults")
        self.assertEqual(self.sync()["created"], 1)
        self.assertEqual(len(self.shown()), COUNT)

    def test_held_deletions_wait_for_the_approval_of_exactly_their_plan(self):
        self.sync()
        self.fill([contact(1, "Leitung")] + [contact(n) for n in range(2, 21)])
        first = self.sync(code=4)["hold"]
        self.assertEqual(first["deletions"], 40)
        self.assertEqual(len(self.shown()), COUNT)
        self.assertEqual(self.shown()["Nummer1"], "Leitung")
        self.run_program("approve", first["plan"])
        self.fill([contact(1, "Leitung")] + [contact(n) for n in range(2, 20)])
        second = self.sync(code=4)["hold"]
        self.assertNotEqual(second["plan"], first["plan"])
        self.assertEqual(len(self.shown()), COUNT)
        self.run_program("approve", second["plan"])
        self.assertEqual(self.sync()["deleted"], 41)
        self.assertEqual(len(self.shown()), 19)

    def test_a_signal_or_a_second_sync_in_the_middle_does_no_harm(self):
        position = ""
        for ends in (signal.SIGINT, signal.SIGTERM):
            self.control("POST", "faults", {"kind": "latency", "milliseconds": 2000,
                                            "path": "$batch"})
            running = self.start("sync")
            deadline = time.monotonic() + 30
            while not self.control("GET", "faults")["faults"][0]["fired"]:
                self.assertLess(time.monotonic(), deadline)
                self.assertIsNone(running.poll())
            self.assertIn("another", self.run_program("sync", code=1))
            running.send_signal(ends)
            _, err = running.communicate(timeout=30)
            self.assertEqual(running.returncode, 1)
            self.assertIn("interrupted", err)
            # Exchange still works on the batch that was under way; without a settling time, the
            # next pass may only begin after it.
            while list(self.shown().values()).count(position) < 20:
                self.assertLess(time.monotonic(), deadline)
            self.control("DELETE", "faults")
            self.sync()
            self.assertEqual(len(self.shown()), COUNT)
            self.control("POST", "counters/reset")
            self.sync()
            self.assertEqual(self.control("GET", "counters")["totals"]["writes"], 0)
            position = ends.name
            self.fill([contact(number, position) for number in range(1, COUNT + 1)])

    def test_the_demo_can_be_run_again(self):
        for _ in range(2):
            checks = [line for line in self.run_program("demo").splitlines()
                      if line.startswith("  ok  ")]
            self.assertGreaterEqual(len(checks), 5)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
