#!/usr/bin/env python3
"""Passes of the real program, and the simulator's record of them: each request of ours and each
answer of the simulator is what Microsoft's description of Graph allows, also inside batches.
Arguments: the hqsync binary, the reference folder, the source folder."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
import openapi  # noqa: E402

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
DESCRIPTION = os.path.join(os.path.abspath(sys.argv[2]), "graph-openapi.json")
JULE, SOEREN = "jule.petersen@agentur.example", "soeren.krueger@agentur.example"
PHOTO = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
MARK = "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact"

# All that the client can ask; what it never asks is a request without a test.
USER = "/users/{user-id}"
OPERATIONS = {
    "POST /$batch",
    f"GET {USER}/contactFolders",
    f"POST {USER}/contactFolders",
    f"PATCH {USER}/contactFolders/{{contactFolder-id}}",
    f"GET {USER}/contactFolders/{{contactFolder-id}}/contacts",
    f"POST {USER}/contactFolders/{{contactFolder-id}}/contacts",
    f"GET {USER}/contactFolders/{{contactFolder-id}}/contacts/delta",
    f"GET {USER}/contacts/{{contact-id}}",
    f"PATCH {USER}/contacts/{{contact-id}}",
    f"DELETE {USER}/contacts/{{contact-id}}",
    f"POST {USER}/contacts/{{contact-id}}/permanentDelete",
    f"GET {USER}/contacts/{{contact-id}}/photo/$value",
    f"PUT {USER}/contacts/{{contact-id}}/photo/$value",
    f"DELETE {USER}/contacts/{{contact-id}}/singleValueExtendedProperties/"
    "{singleValueLegacyExtendedProperty-id}",
}
STATUSES = {200, 201, 204, 400, 401, 403, 404, 409, 410, 412, 429, 503, 504, 507}

# What a contact's body names: filled and emptied, and what is never empty.
EMPTIED = {"givenName", "surname", "title", "jobTitle", "companyName", "mobilePhone", "birthday",
           "businessHomePage", "personalNotes", "primaryEmailAddress", "secondaryEmailAddress",
           "tertiaryEmailAddress", "businessPhones", "categories"}
MEMBERS = {*EMPTIED, "displayName", "fileAs", "businessAddress", "singleValueExtendedProperties"}

FULL = {"FirstName": "Zoë", "LastName": "O'Neill", "Position": "Leitung", "Title": "Dr.",
        "CompanyId": 102, "PhoneLandline": "040 5550101", "PhoneMobile": "0171 5550102",
        "Birthdate": "1980-02-29", "Addresses": [{"Id": 90001, "Email": "zwei@kunde.example"},
                                                 {"Id": 90002, "Email": "drei@kunde.example"}],
        "DefaultAddress": {"Email": "neu@kunde.example", "Street": "Alte Gasse", "HouseNumber": "1",
                           "ZipCode": "20457", "City": "Hamburg", "Country": "DE",
                           "Website": "https://kunde.example/ä?b=1&c", "Fax": "040 5550103",
                           "Description": "Zweiter \"Hof\"\nlinks \\ oben"}}


class Agency:
    """The program, its files, and the simulator with its record."""

    def __init__(self, folder):
        self.folder, self.record = folder, os.path.join(folder, "record")
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example",
             "--record", self.record], stdout=subprocess.PIPE, text=True)
        for line in self.simulator.stdout:
            if line.startswith("login "):
                self.url = line.split()[1]
            if line.strip() == "ready":
                break
        self.write("secret", "simulator\n")
        self.write("hqsync.toml", f'[hq]\ndatabase = "hq.db"\n[exchange]\n'
                   f'graph_url = "{self.url}"\nlogin_url = "{self.url}"\n'
                   'tenant = "demo"\nclient_id = "hqsync"\n'
                   'client_secret_file = "secret"\nsettle_seconds = 0\n'
                   '[state]\ndatabase = "state.db"\n')
        self.run("hq", "import", os.path.join(SOURCE, "sample"))
        form = urllib.parse.urlencode({"client_id": "hqsync", "client_secret": "simulator",
                                       "grant_type": "client_credentials",
                                       "scope": "https://graph.microsoft.com/.default"})
        self.token = self.ask(urllib.request.Request(f"{self.url}/demo/oauth2/v2.0/token",
                                                     form.encode()))["access_token"]

    def end(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        if self.simulator.wait(30) != 0:
            raise AssertionError("the simulator failed")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, *arguments, codes=(0,)):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=100, check=False)
        if done.returncode not in codes:
            raise AssertionError(f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def sync(self, *users, codes=(0,), fault=None, **least):
        """A pass; the counts `least` and the fault show that it tried what it should."""
        named = [word for user in users or (JULE,) for word in ("--user", user)]
        seen = json.loads(self.run("sync", "--json", *named, codes=codes))
        for name, count in least.items():
            if seen["total"][name] < count:
                raise AssertionError(f"{name}: {seen['total'][name]}, expected {count}")
        if fault and fault != seen["mailboxes"][0]["fault"]["code"]:
            raise AssertionError(f"{fault} expected, not {seen['mailboxes'][0]['fault']}")

    def edit(self, *edits):
        self.write("edits.json", json.dumps([
            {"op": op, "entity": entity, "id": number, **({"fields": fields} if fields else {})}
            for op, entity, number, fields in edits]))
        self.run("hq", "apply", "edits.json")

    @staticmethod
    def ask(request):
        with urllib.request.urlopen(request, timeout=20) as answer:
            content = answer.read()
        return json.loads(content) if content[:1] == b"{" else content

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        return self.ask(urllib.request.Request(f"{self.url}/sim/{path}", data, method=method))

    def misbehave(self, **fault):
        self.control("POST", "faults", fault)

    def behave(self):
        """Ends all faults; each must have come true."""
        for fault in self.control("GET", "faults")["faults"]:
            if fault["fired"] == 0:
                raise AssertionError(f"never came true: {fault}")
        self.control("DELETE", "faults")

    def graph(self, method, path, body=None, **headers):
        """As a user would, past the program."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content_Type": "application/json",
                   **headers}
        return self.ask(urllib.request.Request(
            f"{self.url}/v1.0{path}", data, method=method,
            headers={name.replace("_", "-"): value for name, value in headers.items()}))

    def refused(self, status, *arguments, **headers):
        try:
            self.graph(*arguments, **headers)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == status:
                    return
                raise AssertionError(f"{arguments}: {error.code}, not {status}") from error
        raise AssertionError(f"{arguments} was not refused")

    def folders(self):
        """The live folders of ours by name."""
        return {folder["displayName"]: folder
                for folder in self.control("GET", f"mailboxes/{JULE}")["folders"]
                if folder.get("live", True)}

    def contact(self, number):
        return next(item for folder in self.folders().values() for item in folder["contacts"]
                    if marks(item) == [f"hq:{number}"])

    def placed(self, place):
        shown = json.loads(self.run("placements", "--user", JULE, "--json"))
        return [entry["contact"] for entry in shown[place]]


def marks(item):
    return [each["value"] for each in item.get("singleValueExtendedProperties", [])
            if each["id"] == MARK]


def first_pass(agency):
    """Into mailboxes with many folders, one of our name among them, while the service is busy."""
    names = ["HQ Meine Kontakte", *(f"Ablage {at}" for at in range(119))]
    for start in range(0, len(names), 20):
        requests = [{"id": name, "method": "POST", "url": f"/users/{JULE}/contactFolders",
                     "headers": {"Content-Type": "application/json"}, "body": {"displayName": name}}
                    for name in names[start:start + 20]]
        agency.graph("POST", "/$batch", {"requests": requests})
    agency.misbehave(kind="status", status=429, retry_after=1, scope="batch_item", count=3)
    agency.misbehave(kind="status", status=503, path="/contacts/delta", count=1)
    agency.misbehave(kind="504_after_work", path="contactFolders", method="GET", count=1)
    agency.misbehave(kind="bad_item", contains="givenName", count=1)
    agency.sync(JULE, SOEREN, codes=(3,), created=700, failed=1)
    agency.behave()
    agency.sync(JULE, SOEREN, created=1)


def edits(agency):
    """Fields filled and emptied, contacts moved both ways with photo and notes, deleted, made."""
    agency.run("settings", "set", "placeholder.mode", "none", "--yes")
    numbers = agency.placed("global")
    filled, emptied, moved = numbers[:20], numbers[20:40], numbers[40:44]
    for number in moved:
        path = f"/users/{JULE}/contacts/{agency.contact(number)['id']}"
        agency.graph("PATCH", path, {"personalNotes": "Vom Leser", "homePhones": ["040 5550104"],
                                     "businessAddress": {"city": "Köln", "state": "NW"},
                                     "singleValueExtendedProperties": [
                                         {"id": "String 0x3A21", "value": "5550105"}]})
        agency.graph("PUT", f"{path}/photo/$value", PHOTO, Content_Type="image/jpeg")
    agency.edit(*(("set", "contact", number, FULL) for number in filled))
    agency.sync(updated=20)
    agency.edit(
        *(("set", "contact", number, dict.fromkeys(FULL)) for number in filled + emptied),
        ("add", "project", 999, {"Name": "Umzug", "Members": [{"UserId": 1}],
                                 "ContactPersons": [{"Id": number} for number in moved]}),
        ("delete", "contact", numbers[44], None),
        ("add", "contact", 30001, FULL))
    agency.sync(created=1, updated=30, moved=4, deleted=1)
    agency.edit(("delete", "project", 999, None))
    agency.sync(moved=4)


def doubles(agency):
    """A reader copies contacts of ours: one as it was, one changed; and deletes one."""
    first, second, third = agency.placed("global")[50:53]
    for number, changes in ((first, {}), (second, {"jobTitle": "Ganz anders"})):
        item = agency.contact(number)
        fixed = (*openapi.READ_ONLY[openapi.CONTACT], "emailAddresses")
        made = {name: value for name, value in item.items()
                if name not in fixed and not name.startswith("@")}
        folder = agency.folders()["HQ Globale Kontakte"]["id"]
        agency.graph("POST", f"/users/{JULE}/contactFolders/{folder}/contacts", {**made, **changes})
    agency.graph("DELETE", f"/users/{JULE}/contacts/{agency.contact(third)['id']}")
    agency.sync()


def lost_answers(agency):
    """A create and a move whose answers never came: found by mark, and finished."""
    agency.edit(("add", "contact", 30002, {"FirstName": "Ohne", "LastName": "Antwort"}))
    agency.misbehave(kind="drop_after_work", path="$batch", count=1)
    agency.sync(codes=(0, 1, 3))
    agency.behave()
    agency.edit(("add", "project", 998, {"Name": "Umzug", "Members": [{"UserId": 1}],
                                         "ContactPersons": [{"Id": 30001}]}))
    agency.misbehave(kind="drop_after_work", method="POST", path="/contacts", count=1)
    agency.sync(codes=(0, 1, 3))
    agency.behave()
    agency.sync()


def lost_memory(agency):
    """Folders renamed, delta tokens expired, the database lost, a folder deleted; and a folder that
    is longer than a page."""
    folders = agency.folders()
    path = f"/users/{JULE}/contactFolders/"
    agency.graph("PATCH", path + folders["HQ Meine Kontakte"]["id"], {"displayName": "Kunden"})
    for start in range(0, 220, 20):
        agency.graph("POST", "/$batch", {"requests": [
            {"id": str(at), "method": "POST", "headers": {"Content-Type": "application/json"},
             "url": f"{path}{folders['HQ Globale Kontakte']['id']}/contacts",
             "body": {"givenName": "Own", "surname": f"Contact {start + at}"}}
            for at in range(20)]})
    agency.misbehave(kind="expire_deltas", mailbox=JULE)
    agency.sync()
    for name in os.listdir(agency.folder):
        if name.startswith("state.db"):
            os.remove(os.path.join(agency.folder, name))
    agency.sync(adopted=300)
    agency.graph("DELETE", path + folders["HQ Meine Kontakte"]["id"])
    agency.sync(created=20)


def refusals(agency):
    """What ends a pass, a removal that is not offered, and what a user may get wrong."""
    for kind, code in (("no_licence", "MailboxNotEnabledForRESTAPI"),
                       ("access_denied", "ErrorAccessDenied"), ("quota", "ErrorQuotaExceeded")):
        agency.misbehave(kind=kind, mailbox=JULE)
        agency.sync(codes=(1,), fault=code)
        agency.behave()
    # An item that nobody but hqsync ever saved; others go to Deleted Items.
    agency.edit(("add", "contact", 30003, {"FirstName": "Nur", "LastName": "Unser"}))
    agency.sync()
    agency.misbehave(kind="access_denied", path="permanentDelete")
    agency.edit(("delete", "contact", 30003, None))
    agency.sync(deleted=1)
    agency.behave()
    agency.misbehave(kind="status", status=401, path="delta", count=1)
    agency.sync()
    agency.behave()

    contacts = f"/users/{SOEREN}/contacts"
    made = agency.graph("POST", contacts, {"givenName": "Ute"})
    agency.graph("PATCH", f"{contacts}/{made['id']}", {"title": "Dr."})
    agency.refused(412, "PATCH", f"{contacts}/{made['id']}", {"title": None},
                   If_Match=made["@odata.etag"])
    agency.refused(409, "POST", f"/users/{SOEREN}/contactFolders",
                   {"displayName": "hq globale kontakte"})
    agency.refused(404, "GET", "/users/a@other.example/contacts")
    agency.refused(404, "GET", f"{contacts}/{made['id']}/photo/$value")
    agency.refused(400, "GET", f"{contacts}/AAMkx")
    agency.refused(400, "POST", contacts, {"emailAddress": "x@y.example"})
    agency.refused(400, "POST", "/$batch", {"requests": []})
    agency.refused(401, "GET", contacts, Authorization="Bearer wrong")


def unused(agency):
    """What the simulator offers beyond what the program asks."""
    user = f"/users/{SOEREN}"
    for path in ("/users?$top=1", user, f"{user}/mailboxSettings",
                 f"{user}/mailboxSettings/userPurpose", f"{user}/contacts?$count=true&$top=1",
                 f"{user}/contacts/delta", f"{user}/contactFolders/contacts"):
        agency.graph("GET", path)
    folder = agency.graph("POST", f"{user}/contactFolders", {"displayName": "Ablage"})["id"]
    children = f"{user}/contactFolders/{folder}/childFolders"
    child = agency.graph("POST", children, {"displayName": "Alt"})["id"]
    agency.graph("GET", children)
    contacts = f"{user}/contactFolders/{child}/contacts"
    emails = {"emailAddresses": [{"address": "a@kunde.example"}]}
    made = agency.graph("POST", contacts, emails)["id"]
    agency.graph("PUT", f"{user}/contacts/{made}/photo/$value", PHOTO, Content_Type="image/jpeg")
    agency.graph("GET", f"{contacts}/{made}/photo")
    agency.graph("GET", f"{contacts}/{made}")
    agency.graph("POST", f"{user}/contactFolders/{folder}/permanentDelete")


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="hqsync-openapi-") as folder:
            agency = Agency(folder)
            try:
                for step in (first_pass, edits, doubles, lost_answers, lost_memory, refusals,
                             unused):
                    step(agency)
            finally:
                agency.end()
            with open(agency.record, encoding="utf-8") as file:
                records = map(json.loads, file)
                cls.records = [each for each in records if each["target"].startswith("/v1.0/")]
        cls.judge = openapi.Judge(DESCRIPTION)
        for record in cls.records:
            is_ours = record["request_headers"].get("user-agent", "").startswith("hqsync/")
            cls.judge.take(record, is_ours)

    def test_nothing_is_complained_of(self):
        seen = {}
        for complaint in self.judge.complaints:
            seen.setdefault(complaint[:2], complaint)
        self.assertEqual([*seen.values()], [])

    def test_every_operation_and_status_was_seen(self):
        self.assertEqual(set(self.judge.requests), OPERATIONS)
        answered = {name for name, status in self.judge.answers if status < 300}
        self.assertLessEqual(OPERATIONS, answered)
        self.assertEqual({status for _, status in self.judge.answers}, STATUSES)
        for name, count in sorted(self.judge.requests.items()):
            statuses = {status: number for (operation, status), number
                        in sorted(self.judge.answers.items()) if operation == name}
            print(f"{count:6} {name} {statuses}")
        print(f"{self.judge.requests.total()} requests, {self.judge.answers.total()} answers")
        self.assertGreater(self.judge.requests.total(), 1000)
        self.assertGreater(self.judge.answers.total(), 1000)

    def test_all_that_requests_say_was_seen(self):
        contacts = f"{USER}/contactFolders/{{contactFolder-id}}/contacts"
        for operation, names in ((f"GET {USER}/contactFolders", "$top $select $expand $skip"),
                                 (f"GET {contacts}", "$top $select $expand $filter $skip"),
                                 (f"GET {contacts}/delta", "$select $skiptoken $deltatoken"),
                                 (f"GET {USER}/contacts/{{contact-id}}", "$select $expand")):
            self.assertEqual(self.judge.options[operation], set(names.split()), operation)
        filled = {(name, False) for name in MEMBERS}
        emptied = {(name, True) for name in EMPTIED}
        self.assertLessEqual(filled, self.judge.members[f"POST {contacts}"])
        self.assertEqual(self.judge.members[f"PATCH {USER}/contacts/{{contact-id}}"],
                         filled | emptied)

    def test_every_exception_is_needed(self):
        self.assertEqual(set(self.judge.excused), set(openapi.EXCEPTIONS))


if __name__ == "__main__":
    if not os.path.exists(DESCRIPTION):
        print("skipped: no reference data")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
