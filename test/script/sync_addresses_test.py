#!/usr/bin/env python3
"""Runs sync over users whose addresses in HQ have blanks around them, or are the same."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
CONTACTS = 3


def user(number, name, address):
    return {"Id": number, "FirstName": name, "LastName": "Abel", "UserName": name.lower(),
            "EMailWork": address}


def sets(users):
    return {
        "Subsystem.json": [], "Projects.json": [], "Leads.json": [], "Users.json": users,
        "Companies.json": [{"Id": 10, "Name": "Nordlicht GmbH", "ResponsibleUsers": [{"Id": 1}],
                            "CompanyTypes": [], "Subsystems": []}],
        "ContactPersons.json": [{"Id": 100 + number, "FirstName": "Kim",
                                 "LastName": f"Nummer{number}", "CompanyId": 10}
                                for number in range(CONTACTS)],
    }


class Addresses(unittest.TestCase):
    """Each test has a folder and a simulator of its own."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="hqsync-addresses-")
        self.folder = self.temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example"],
            stdout=subprocess.PIPE, text=True)
        url = ""
        for line in self.simulator.stdout:
            if "http://" in line and not url:
                url = "/".join(("http" + line.split("http", 1)[1].split()[0]).split("/")[:3])
            if line.strip() == "ready":
                break
        self.write("secret", "simulator\n")
        self.write("hqsync.toml", f"""[hq]
database = "hq.db"
[exchange]
graph_url = "{url}"
login_url = "{url}"
tenant = "demo"
client_id = "hqsync"
client_secret_file = "secret"
settle_seconds = 0
[state]
database = "state.db"
""")

    def tearDown(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.wait(30)
        self.simulator.stdout.close()
        self.temporary.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def fill(self, users):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        for name, records in sets(users).items():
            self.write(os.path.join("data", name), json.dumps({"value": records}))
        self.run_program("hq", "import", "data")

    def run_program(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout

    def passes(self, *arguments, code=0):
        report = json.loads(self.run_program("sync", *arguments, "--json", code=code))
        return {each["mailbox"]: each for each in report["mailboxes"]}

    def test_blanks_around_an_address_are_no_part_of_it(self):
        self.fill([user(1, "Anna", "  Anna@agentur.example\u00a0 "), user(2, "Ben", " ")])
        mailboxes = self.passes()
        self.assertEqual(list(mailboxes), ["anna@agentur.example"])
        self.assertEqual(list(self.passes("--user", "anna@agentur.example")),
                         ["anna@agentur.example"])
        placed = self.run_program("placements", "--user", "anna@agentur.example")
        self.assertIn(f"{CONTACTS} in HQ Meine Kontakte", placed)

    def test_one_address_of_two_users_stops_only_that_mailbox(self):
        self.fill([user(1, "Anna", "anna@agentur.example"), user(2, "Ben", "ben@agentur.example"),
                   user(3, "Berta", " Ben@agentur.example")])
        mailboxes = self.passes(code=1)
        self.assertEqual(sorted(mailboxes), ["anna@agentur.example", "ben@agentur.example"])
        self.assertIn("users 2 and 3", json.dumps(mailboxes["ben@agentur.example"]))
        self.assertNotIn("users 2 and 3", json.dumps(mailboxes["anna@agentur.example"]))
        self.assertEqual(mailboxes["anna@agentur.example"].get("created"), CONTACTS)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
