#!/usr/bin/env python3
"""Runs the real program in a temporary folder: right and wrong input, exit codes, JSON shapes."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])

USERS = [
    {"Id": 1, "FirstName": "Anna", "LastName": "Abel", "UserName": "anna",
     "EMailWork": "Anna@agentur.example"},
    {"Id": 2, "FirstName": "Ben", "LastName": "Busch", "UserName": "ben",
     "EMailWork": "ben@agentur.example"},
    {"Id": 3, "FirstName": "Cora", "LastName": "Cramer", "UserName": "cora",
     "EMailWork": "cora@agentur.example", "LeavingDate": "2020-01-31T00:00:00"},
]
COMPANIES = [
    {"Id": 10, "Name": "Nordlicht GmbH", "ResponsibleUsers": [{"Id": 1}], "CompanyTypes": [],
     "Subsystems": []},
    {"Id": 20, "Name": "Südwind AG", "ResponsibleUsers": [],
     "CompanyTypes": [{"Id": 1, "Name": "interessent"}], "Subsystems": []},
    {"Id": 30, "Name": "Westend KG", "ResponsibleUsers": [], "CompanyTypes": [], "Subsystems": []},
]


def contact(number, company):
    return {"Id": number, "FirstName": "Kim", "LastName": f"Nummer{number}", "CompanyId": company}


def sets(contacts):
    return {
        "Subsystem.json": [],
        "Users.json": USERS,
        "Companies.json": COMPANIES,
        "ContactPersons.json": contacts,
        "Projects.json": [{"Id": 5, "Name": "Relaunch", "CompanyId": 30,
                           "Members": [{"UserId": 2}], "ContactPersons": [{"Id": 301}],
                           "Subsystems": []}],
        "Leads.json": [{"Id": 6, "Name": "Anfrage", "ResponsibleUserId": 2, "Subsystems": [],
                        "ContactPersons": [{"Id": 101}]}],
    }


CONTACTS = [contact(101, 10), contact(102, 10), contact(201, 20), contact(301, 30),
            contact(302, 30)]


class Commands(unittest.TestCase):
    """Each test works in a folder of its own, with a small agency imported."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="hqsync-cli-")
        self.folder = self.temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.environment["SUDO_USER"] = "admin"
        self.simulator = None
        self.url = "http://127.0.0.1:9"
        self.write_config()
        self.write_sets(CONTACTS)

    def tearDown(self):
        if self.simulator:
            self.simulator.send_signal(signal.SIGTERM)
            self.assertEqual(self.simulator.wait(30), 0)
            self.simulator.stdout.close()
        self.temporary.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def write_config(self):
        self.write("secret", "simulator\n")
        self.write("hqsync.toml", f"""[hq]
database = "hq.db"
[exchange]
graph_url = "{self.url}"
login_url = "{self.url}"
tenant = "demo"
client_id = "hqsync"
client_secret_file = "secret"
settle_seconds = 0
[state]
database = "state.db"
""")

    def write_sets(self, contacts):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        for name, records in sets(contacts).items():
            self.write(os.path.join("data", name), json.dumps({"value": records}))

    def run_program(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        if code in (1, 2):
            self.assertTrue(done.stderr.startswith("hqsync: "), (arguments, done.stderr))
        return done

    def text(self, *arguments, code=0):
        return self.run_program(*arguments, code=code).stdout

    def error(self, *arguments, code):
        lines = self.run_program(*arguments, code=code).stderr.splitlines()
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def data(self, *arguments, code=0):
        return json.loads(self.text(*arguments, "--json", code=code))

    def filled(self):
        self.text("hq", "import", "data")

    def start_simulator(self):
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example"],
            stdout=subprocess.PIPE, text=True)
        for line in self.simulator.stdout:
            if "http://" in line and self.url.endswith(":9"):
                self.url = "http" + line.split("http", 1)[1].split()[0]
                self.url = "/".join(self.url.split("/")[:3])
            if line.strip() == "ready":
                break
        self.write_config()

    # --- the command line itself

    def test_help_and_version(self):
        self.assertIn("For administrators", self.text("--help"))
        self.assertTrue(self.text("version").startswith("hqsync "))
        self.assertIn("Example:", self.text("settings", "set", "--help"))

    def test_wrong_command_lines_are_usage(self):
        self.assertIn("nonsense is not understood", self.error("nonsense", code=2))
        self.error(code=2)
        self.error("explain", "--user", "anna@agentur.example", code=2)
        self.error("explain", "--user", "a", "--contact", "x", code=2)
        self.error("settings", code=2)
        self.error("sync", "--fast", code=2)
        self.error("hq", "show", "contacts", "1", code=2)
        self.assertIn("loopback", self.error("sim", "--listen", "0.0.0.0:0", code=2))
        self.assertIn("HOST:PORT", self.error("sim", "--listen", "8025", code=2))

    # --- configuration

    def test_a_wrong_configuration_is_told_with_its_line(self):
        self.write("wrong.toml", "[hq]\ndatabase = 5\n")
        self.assertEqual(self.error("status", "--config", "wrong.toml", code=1),
                         "hqsync: wrong.toml:2: hq.database must be a text in quotes")
        self.assertEqual(self.error("--config", "none.toml", "status", code=1),
                         "hqsync: cannot read none.toml")
        self.environment["HQSYNC_CONFIG"] = "wrong.toml"
        self.error("status", code=1)

    def test_a_source_that_lacks_its_login_says_so(self):
        self.write("later.toml", '[hq]\nsource = "hellohq"\n[state]\ndatabase = "s.db"\n')
        self.assertIn("hq.client_id is missing", self.error("hq", "counts", "--config", "later.toml", code=1))

    def test_keys_of_the_other_protocol_are_told_with_their_line(self):
        self.write("ews.toml", '[hq]\ndatabase = "e.db"\n[exchange]\napi = "ews"\n'
                               'tenant = "t"\n[state]\ndatabase = "s.db"\n')
        self.assertEqual(self.error("status", "--config", "ews.toml", code=1),
                         'hqsync: ews.toml:5: exchange.tenant has no effect with '
                         'exchange.auth = "ntlm"')
        self.write("ews.toml", '[hq]\ndatabase = "e.db"\n[exchange]\napi = "ews"\n'
                               '[state]\ndatabase = "s.db"\n')
        self.assertIn("ews.toml:3: exchange.user is missing",
                      self.error("sync", "--config", "ews.toml", code=1))

    def test_init_writes_a_file_that_is_read(self):
        self.text("init", "new")
        self.text("status", "--config", "new/hqsync.toml")
        self.assertIn("there already", self.error("init", "new", code=1))

    # --- hq

    def test_import_export_and_counts(self):
        counts = {"subsystems": 0, "users": 3, "companies": 3, "contacts": 5, "projects": 1,
                  "leads": 1}
        self.assertEqual(self.data("hq", "import", "data"), counts)
        self.assertEqual(self.data("hq", "export", "out"), counts)
        self.text("hq", "import", "out")
        self.assertEqual(self.data("hq", "counts"), counts)
        self.error("hq", "import", "nowhere", code=1)
        self.write("data/Users.json", "[")
        self.error("hq", "import", "data", code=1)
        self.assertEqual(self.data("hq", "counts"), counts)

    def test_edits_of_records(self):
        self.filled()
        self.text("hq", "set", "contact", "101", "PhoneMobile=0171 1234567",
                  "DefaultAddress.Email=kim@kunde.example")
        shown = self.data("hq", "show", "contact", "101")
        self.assertEqual(shown["PhoneMobile"], "0171 1234567")
        self.assertEqual(shown["DefaultAddress"]["Email"], "kim@kunde.example")
        self.text("hq", "set", "project", "5", "Members+=1", "ContactPersons+=302")
        project = self.data("hq", "show", "project", "5")
        self.assertEqual([member["UserId"] for member in project["Members"]], [2, 1])
        self.assertEqual([person["Id"] for person in project["ContactPersons"]], [301, 302])
        self.text("hq", "set", "project", "5", "Members-=2")
        self.assertEqual([m["UserId"] for m in self.data("hq", "show", "project", "5")["Members"]],
                         [1])
        self.text("hq", "set", "company", "30", "CompanyTypes+=Interessent")
        self.assertEqual(
            [t["Name"] for t in self.data("hq", "show", "company", "30")["CompanyTypes"]],
            ["Interessent"])
        added = self.data("hq", "add", "contact", "LastName=Neu", "CompanyId=10")["ids"]
        self.assertEqual(self.data("hq", "show", "contact", str(added[0]))["LastName"], "Neu")
        self.text("hq", "delete", "contact", str(added[0]))
        self.error("hq", "show", "contact", str(added[0]), code=1)
        self.error("hq", "set", "contact", "999", "Title=Dr.", code=1)
        self.error("hq", "set", "contact", "101", "Colour=red", code=2)
        self.error("hq", "set", "contact", "101", "CompanyId=999", code=1)
        self.error("hq", "delete", "contact", "999", code=1)

    def test_apply_is_all_or_nothing(self):
        self.filled()
        self.write("edits.json", json.dumps([
            {"op": "set", "entity": "contact", "id": 101, "fields": {"Title": "Dr."}},
            {"op": "delete", "entity": "contact", "id": 999}]))
        self.error("hq", "apply", "edits.json", code=1)
        self.assertFalse(self.data("hq", "show", "contact", "101")["Title"])
        self.error("hq", "apply", "none.json", code=1)

    # --- placements

    def test_placements_have_the_fixed_shape(self):
        self.filled()
        self.assertEqual(self.data("placements", "--user", "ben@agentur.example"), {
            "user": "ben@agentur.example",
            "mine": [{"contact": 101, "reasons": [{"rule": "lead_responsible", "record": 6}]},
                     {"contact": 301, "reasons": [{"rule": "project_member", "record": 5}]}],
            "global": [{"contact": 102}, {"contact": 302}],
            "absent": [{"contact": 201, "reason": "excluded_company_type"}]})
        self.assertIn("company_responsible 10",
                      self.text("placements", "--user", "ANNA@agentur.example"))
        self.assertIn("no user", self.error("placements", "--user", "x@agentur.example", code=1))
        self.assertIn("has left",
                      self.error("placements", "--user", "cora@agentur.example", code=1))

    def test_explain_names_company_project_and_lead(self):
        self.filled()

        def explain(number, user="ben@agentur.example"):
            return self.text("explain", "--user", user, "--contact", str(number))
        self.assertIn("lead Anfrage (6)", explain(101))
        self.assertIn("project Relaunch (5)", explain(301))
        self.assertIn("company Nordlicht GmbH (10)", explain(101, "anna@agentur.example"))
        self.assertIn("Südwind AG (20) has the type interessent", explain(201))
        self.assertIn("HQ has no such contact", explain(999))
        self.assertIn("no rule makes it", explain(302))
        self.assertEqual(
            self.data("explain", "--user", "ben@agentur.example", "--contact", "101"), {
                "user": "ben@agentur.example", "user_id": 2, "contact": 101, "place": "mine",
                "reasons": [{"rule": "lead_responsible", "record": 6, "name": "Anfrage"}],
                "absence": None,
                "mailbox": {"folder": None, "item_error": None, "held": None,
                            "kept_away": False}})
        gone = self.data("explain", "--user", "ben@agentur.example", "--contact", "201")
        self.assertEqual(gone["absence"], {"rule": "excluded_company_type", "record": 20,
                                           "name": "Südwind AG", "detail": "interessent"})

    # --- settings

    def test_settings_are_listed_and_read(self):
        self.filled()
        keys = [setting["key"] for setting in self.data("settings", "list")]
        self.assertEqual(len(keys), 19)
        self.assertEqual(self.text("settings", "get", "guard.max_deletes"), "250\n")
        self.assertEqual(self.data("settings", "get", "phone.region"),
                         {"key": "phone.region", "user": "", "value": "DE", "default": "DE"})
        self.assertIn("did you mean guard.max_deletes?",
                      self.error("settings", "get", "guard.max_delets", code=2))

    def test_a_setting_shows_its_effect_and_needs_a_yes(self):
        self.filled()
        refused = self.run_program("settings", "set", "sync.only_my_contacts", "on", code=2)
        self.assertIn("4 contacts leave", refused.stdout)
        self.assertIn("confirm with --yes", refused.stderr)
        self.assertEqual(self.text("settings", "get", "sync.only_my_contacts"), "false\n")
        done = self.data("settings", "set", "sync.only_my_contacts", "on", "--yes")
        self.assertEqual((done["from"], done["to"], done["stored"]), (None, True, True))
        self.assertEqual(sum(box["leaving"] for box in done["effect"]), 4)
        self.assertEqual(self.text("settings", "get", "sync.only_my_contacts"), "true\n")
        self.text("settings", "unset", "sync.only_my_contacts", "--yes")
        history = self.data("settings", "history")
        self.assertEqual([(entry["who"], entry["key"], entry["from"], entry["to"])
                          for entry in history],
                         [("admin", "sync.only_my_contacts", True, None),
                          ("admin", "sync.only_my_contacts", None, True)])
        self.assertEqual(len(self.data("settings", "history", "--limit", "1")), 1)

    def test_a_setting_of_one_user(self):
        self.filled()
        self.text("settings", "set", "sync.global_folder", "off", "--user", "Ben@agentur.example",
                  "--yes")
        self.assertEqual(self.text("settings", "get", "sync.global_folder", "--user",
                                   "ben@agentur.example"), "false\n")
        self.assertEqual(self.text("settings", "get", "sync.global_folder"), "true\n")
        self.assertEqual(self.data("placements", "--user", "ben@agentur.example")["global"], [])
        self.error("settings", "set", "sync.global_folder", "off", "--user", "x@y.example", "--yes",
                   code=1)
        self.error("settings", "set", "phone.region", "AT", "--user", "ben@agentur.example",
                   "--yes", code=2)
        self.error("settings", "set", "phone.region", "Austria", "--yes", code=2)

    # --- runs

    def test_plan_sync_status_and_explain(self):
        self.filled()
        self.start_simulator()
        planned = self.data("plan")
        self.assertEqual([(box["mailbox"], len(box["operations"])) for box in planned["mailboxes"]],
                         [("anna@agentur.example", 4), ("ben@agentur.example", 4)])
        operation = planned["mailboxes"][0]["operations"][0]
        self.assertEqual(sorted(operation), ["contact", "folder", "operation"])
        self.assertNotIn("Nummer", self.text("plan"))
        one = self.data("sync", "--user", "ben@agentur.example")
        self.assertEqual([box["mailbox"] for box in one["mailboxes"]], ["ben@agentur.example"])
        self.assertEqual(one["mailboxes"][0]["created"], 4)
        self.assertEqual(self.data("sync")["total"]["created"], 4)
        again = self.data("sync")["mailboxes"]
        counts = ("created", "updated", "moved", "deleted", "adopted", "conflicts", "failed")
        for box in again:
            self.assertEqual([box[name] for name in counts], [0] * 7)
            self.assertEqual((box["fault"], box["hold"], box["item_errors"]), (None, None, []))
            self.assertLessEqual(box["requests"], 2)
        status = self.data("status")
        self.assertEqual(status["source_contacts"], 5)
        self.assertEqual([(box["mailbox"], box["contacts"], box["outcome"])
                          for box in status["mailboxes"]],
                         [("anna@agentur.example", 4, "done"), ("ben@agentur.example", 4, "done")])
        self.assertNotIn("simulator", self.text("status"))
        self.assertIn("it stands in HQ Meine Kontakte",
                      self.text("explain", "--user", "ben@agentur.example", "--contact", "101"))
        self.error("sync", "--user", "cora@agentur.example", code=1)
        self.error("sync", "--user", "nobody@agentur.example", code=1)

    def test_the_guard_holds_until_somebody_approves(self):
        many = [contact(number, 30) for number in range(400, 430)]
        self.write_sets(CONTACTS + many)
        self.filled()
        self.start_simulator()
        self.text("sync")
        # Excluding a type in HQ itself is a change of relations: nobody confirmed it.
        self.text("hq", "set", "company", "30", "CompanyTypes+=Interessent")
        held = self.data("sync", code=4)
        hashes = [box["hold"]["plan"] for box in held["mailboxes"]]
        self.assertEqual([box["deleted"] for box in held["mailboxes"]], [0, 0])
        self.assertIn(hashes[0], self.text("sync", code=4))
        self.assertEqual([entry["plan"] for entry in self.data("status")["held"]], hashes)
        unknown = self.run_program("approve", "0000000000000000", code=1)
        self.assertIn(hashes[0], unknown.stderr)
        self.text("approve", hashes[0])
        second = self.data("sync", code=4)
        self.assertEqual([box["deleted"] for box in second["mailboxes"]], [32, 0])
        self.text("approve", hashes[1])
        self.assertEqual(self.data("sync")["total"]["deleted"], 32)

    def test_an_exchange_that_cannot_be_reached_fails(self):
        self.filled()
        report = self.data("sync", code=1)
        self.assertTrue(report["fault"] or report["mailboxes"][0]["fault"])
        self.assertNotIn("simulator", json.dumps(report))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
