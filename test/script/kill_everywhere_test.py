#!/usr/bin/env python3
"""One recorded pass, killed (SIGKILL, a real process, real SQLite files, real sockets) behind each of
its durable writes, each request and each answer: after a restart everything is as if nothing had
happened. SWEEP_EVERY=N tries only each N-th place."""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
ANNA, BERT = "anna@agentur.example", "bert@agentur.example"
MARK = "Name HqContact"
PHOTO = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
# Names, ids and times that differ from run to run.
FLEETING = {"id", "changeKey", "@odata.etag", "createdDateTime", "lastModifiedDateTime",
            "parentFolderId"}


def contact(number, company, **fields):
    return {"Id": number, "CompanyId": company, "FirstName": "Uta", "LastName": f"Nummer{number}",
            **fields}


AGENCY = {
    "Users": [{"Id": 1, "EMailWork": ANNA, "FirstName": "Anna", "LastName": "Muster"},
              {"Id": 2, "EMailWork": BERT, "FirstName": "Bert", "LastName": "Muster"}],
    "Companies": [{"Id": 10, "Name": "Nord GmbH", "ResponsibleUsers": [{"Id": 1}]},
                  {"Id": 11, "Name": "Ost AG", "ResponsibleUsers": [{"Id": 2}]},
                  {"Id": 12, "Name": "Süd KG", "ResponsibleUsers": []}],
    "ContactPersons": [contact(100, 10, PhoneMobile="+49 171 5550100"),
                       contact(101, 10), contact(102, 10), contact(103, 11), contact(104, 11),
                       contact(105, 12, Position="Einkauf")],
}
HQ_EDITS = [
    {"op": "set", "entity": "contact", "id": 101, "fields": {"Position": "Leitung"}},
    {"op": "add", "entity": "project", "id": 50,
     "fields": {"Name": "Umzug", "Members": [{"UserId": 1}], "ContactPersons": [{"Id": 105}]}},
    {"op": "delete", "entity": "contact", "id": 104},
    {"op": "add", "entity": "contact", "id": 106,
     "fields": {"CompanyId": 12, "FirstName": "Neu", "LastName": "Ankömmling"}},
]


class Place:
    """A folder with databases, configuration and a simulator that keeps its mailboxes in a file."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("HQSYNC_", "KILL_"))}
        self.simulator, self.url = None, None

    def copy_to(self, folder):
        shutil.copytree(self.folder, folder)
        return Place(folder)

    def start(self):
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--state", f"{self.folder}/mailboxes.json"],
            stdout=subprocess.PIPE, text=True)
        for line in self.simulator.stdout:
            if line.startswith("login "):
                self.url = line.split()[1]
            if line.strip() == "ready":
                break
        self.write("secret", "simulator\n")
        self.write("hqsync.toml",
                   f'[hq]\ndatabase = "hq.db"\n[exchange]\ngraph_url = "{self.url}"\n'
                   f'login_url = "{self.url}"\ntenant = "demo"\nclient_id = "hqsync"\n'
                   'client_secret_file = "secret"\nsettle_seconds = 0\n'
                   '[state]\ndatabase = "state.db"\n')

    def stop(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        try:
            assert self.simulator.wait(30) == 0
        finally:
            self.simulator.kill()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, *arguments, codes=(0,), **environment):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True,
                              env={**self.environment, **environment}, timeout=120, check=False)
        if done.returncode not in codes:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def ask(self, method, path, body=None, kind="application/json", headers=()):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data=data, method=method,
                                         headers={"Content-Type": kind, **dict(headers)})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def graph(self, method, user, path, body=None, kind="application/json"):
        form = urllib.parse.urlencode({"client_id": "hqsync", "client_secret": "simulator",
                                       "grant_type": "client_credentials",
                                       "scope": "https://graph.microsoft.com/.default"})
        token = json.loads(self.ask("POST", "demo/oauth2/v2.0/token", form.encode(),
                                    "application/x-www-form-urlencoded"))["access_token"]
        return self.ask(method, f"v1.0/users/{user}/{path}", body, kind,
                        {"Authorization": f"Bearer {token}"}.items())

    def items(self, user):
        """(folder, mark, contact) of everything that is live."""
        found = []
        for folder in json.loads(self.ask("GET", f"sim/mailboxes/{user}"))["folders"]:
            if not folder.get("live", True):
                continue
            for item in folder.get("contacts", []):
                marks = [each["value"] for each in item.get("singleValueExtendedProperties", [])
                         if each["id"].endswith(MARK)]
                found.append((folder["displayName"], marks[0] if marks else None, item))
        return found

    def picture(self):
        """All that a user or HQ can see, without what differs from run to run."""
        mailboxes = {}
        for user in (ANNA, BERT):
            shown = [[folder, mark, {name: value for name, value in item.items()
                                     if name not in FLEETING}]
                     for folder, mark, item in self.items(user)]
            mailboxes[user] = sorted(shown, key=json.dumps)
        self.run("hq", "export", "exported")
        with open(os.path.join(self.folder, "exported", "ContactPersons.json"), encoding="utf-8") as file:
            persons = json.load(file)["value"]
        for person in persons:
            person.pop("UpdatedOn", None)
        held = json.loads(self.run("conflicts", "--json").stdout)
        conflicts = sorted([each["mailbox"], each["contact"], each["field"]] for each in held)
        return {"mailboxes": mailboxes, "hq": persons, "conflicts": conflicts}

    def by_contact(self, user):
        return {mark: item["id"] for _, mark, item in self.items(user) if mark}


def prepare(folder):
    """Two mailboxes in step; then edits of every kind on both sides, not yet synchronised."""
    place = Place(folder)
    os.makedirs(os.path.join(folder, "agency"))
    for name, records in AGENCY.items():
        place.write(f"agency/{name}.json", json.dumps(records))
    place.start()
    place.run("hq", "import", "agency")
    place.run("settings", "set", "user_create", "create", "--yes")
    place.run("sync")
    place.write("edits.json", json.dumps(HQ_EDITS))
    place.run("hq", "apply", "edits.json")
    anna, bert = place.by_contact(ANNA), place.by_contact(BERT)
    place.graph("PATCH", ANNA, f"contacts/{anna['hq:100']}", {"mobilePhone": "+49 171 5550199"})
    place.graph("PATCH", ANNA, f"contacts/{anna['hq:101']}", {"jobTitle": "Einkauf"})
    place.graph("PATCH", ANNA, f"contacts/{anna['hq:105']}",
                {"personalNotes": "privat", "homePhones": ["+49 30 5550100"]})
    place.graph("PUT", ANNA, f"contacts/{anna['hq:105']}/photo/$value", PHOTO, "image/jpeg")
    place.graph("DELETE", ANNA, f"contacts/{anna['hq:102']}")
    place.graph("PATCH", BERT, f"contacts/{bert['hq:100']}", {"mobilePhone": "+49 171 5550177"})
    mine = next(folder["id"] for folder in
                json.loads(place.graph("GET", ANNA, "contactFolders"))["value"]
                if folder["displayName"] == "HQ Meine Kontakte")
    place.graph("POST", ANNA, f"contactFolders/{mine}/contacts",
                {"givenName": "Nina", "surname": "Selbst", "companyName": "Nord GmbH",
                 "emailAddresses": [{"address": "nina@nord.example"}]})
    place.stop()
    return place


def differences(found, expected, path=""):
    """Where two pictures differ, a line each."""
    if found == expected:
        return []
    if isinstance(found, dict) and isinstance(expected, dict):
        return [line for name in sorted(found.keys() | expected.keys())
                for line in differences(found.get(name), expected.get(name), f"{path}/{name}")]
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [line for at, pair in enumerate(zip(found, expected))
                for line in differences(*pair, f"{path}[{at}]")]
    if isinstance(found, list) and isinstance(expected, list):
        return ([f"{path}: too much: {one}" for one in found if one not in expected]
                + [f"{path}: missing: {one}" for one in expected if one not in found])
    return [f"{path}: {found} instead of {expected}"]


class KillEverywhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hqsync-kill-")
        cls.base = cls.temporary.name
        cls.shim = os.path.join(cls.base, "kill_after.so")
        subprocess.run(["clang++-19", "-std=c++23", "-O1", "-shared", "-fPIC", "-o", cls.shim,
                        os.path.join(SOURCE, "test", "script", "kill_after.cpp")], check=True)
        cls.prepared = prepare(os.path.join(cls.base, "prepared"))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def attempt(self, order):
        """The pass, killed at one place; then passes until one ends well. Answers what stands then."""
        place = self.prepared.copy_to(os.path.join(self.base, order.replace(":", "-")))
        place.start()
        try:
            killed = place.run("sync", codes=(-signal.SIGKILL, 0, 3), LD_PRELOAD=self.shim,
                               KILL_AFTER=order).returncode == -signal.SIGKILL
            for _ in range(4):
                if place.run("sync", codes=(0, 3)).returncode == 0:
                    break
            place.ask("POST", "sim/counters/reset")
            place.run("sync")
            counters = json.loads(place.ask("GET", "sim/counters"))
            return {"killed": killed, "picture": place.picture(),
                    "late_writes": counters["totals"]["writes"]}
        finally:
            place.stop()
            shutil.rmtree(place.folder)

    def undisturbed(self):
        place = self.prepared.copy_to(os.path.join(self.base, "undisturbed"))
        counts = os.path.join(self.base, "counts")
        place.start()
        try:
            place.run("sync", LD_PRELOAD=self.shim, KILL_COUNTS=counts)
            with open(counts, encoding="ascii") as file:
                places = {name: int(number) for name, number in (line.split() for line in file)}
            place.run("sync")
            return places, place.picture()
        finally:
            place.stop()

    def test_a_pass_killed_anywhere_ends_as_if_it_had_not_been(self):
        places, expected = self.undisturbed()
        marks = [mark for _, mark, _ in expected["mailboxes"][ANNA]]
        self.assertIn("hq:107", marks, "the contact that Anna made is one of HQ")
        orders = [f"{name}:{number}" for name, last in places.items()
                  for number in range(1, last + 1)]
        orders = orders[::int(os.environ.get("SWEEP_EVERY", "1"))]
        self.assertGreater(min(places.values()), 10, places)
        killed = 0
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for order, outcome in zip(orders, pool.map(self.attempt, orders)):
                with self.subTest(killed_after=order):
                    self.assertEqual(differences(outcome["picture"], expected), [])
                    self.assertEqual(outcome["late_writes"], 0)
                killed += outcome["killed"]
        print(f"killed {killed} times at {len(orders)} places {places} "
              f"in {time.monotonic() - began:.0f} s")
        self.assertGreater(killed, len(orders) * 9 // 10)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
