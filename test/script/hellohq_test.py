#!/usr/bin/env python3
"""The client of helloHQ against `hqsync hq serve`: the directory that it reads, whole and by changes,
is the one that is served; edits in mailboxes reach it; logins last."""
import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agency import ANNA, BEN, COMPANIES, USERS, Agency, OnPremises  # noqa: E402
from served_hq import SAMPLE, TOKEN, ServedHq  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
FOLDER = os.path.join(os.path.abspath(sys.argv[3]), "sample")
DATES = {"LeavingDate", "Birthdate"}


def plain_date(text):
    german = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    return f"{german[3]}-{german[2]}-{german[1]}" if german else text[:10]


def plain(value, name=""):
    """Without what the server makes up where the directory has nothing (ids of addresses and types)
    and without the form of times and dates, which it chooses."""
    if isinstance(value, dict):
        owned = name in ("DefaultAddress", "Addresses", "CompanyTypes")
        return {key: plain(inner, key) for key, inner in value.items()
                if key != "UpdatedOn" and not (owned and key == "Id")
                and not (key == "Addresses" and not inner)}
    if isinstance(value, list):
        return sorted((plain(each, name) for each in value), key=json.dumps)
    return plain_date(value) if name in DATES else value


def directory(folder):
    found = {}
    for name in SAMPLE:
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            found[name] = {each["Id"]: plain(each) for each in json.load(file)["value"]}
    return found


class Client:
    """A configuration that reads from the server."""

    def __init__(self, server, login='token_file = "token"\n'):
        self.made = tempfile.TemporaryDirectory(prefix="hqsync-hellohq-")
        self.folder = self.made.name
        self.write("token", TOKEN + "\n")
        self.write("hqsync.toml",
                   f'[hq]\nsource = "hellohq"\napi_url = "http://{server.address}"\n{login}'
                   '[state]\ndatabase = "state.db"\n')
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *words):
        return subprocess.Popen([PROGRAM, "hq", *words], cwd=self.folder, env=self.environment,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *words, code=0, told=""):
        running = self.start(*words)
        out, err = running.communicate(told, timeout=120)
        assert running.returncode == code, (words, running.returncode, out, err)
        return out if code == 0 else err

    def directory(self):
        self.run("export", "out")
        return directory(os.path.join(self.folder, "out"))


class WithServer(unittest.TestCase):
    options = ("--control", "--page-size", "100")
    maxDiff = 2000

    def setUp(self):
        self.server = ServedHq(PROGRAM, FOLDER, *self.options)
        self.addCleanup(self.server.end)
        self.client = Client(self.server)
        self.addCleanup(self.client.made.cleanup)

    def served(self):
        folder = os.path.join(self.server.made.name, "served")
        self.server.hq("export", folder)
        return directory(folder)

    def same(self, hint=""):
        read, served = self.client.directory(), self.served()
        for name in SAMPLE:
            self.assertEqual(read[name].keys(), served[name].keys(), (hint, name))
            for number, record in served[name].items():
                self.assertEqual(read[name][number], record, (hint, name, number))

    def apply(self, edits):
        path = os.path.join(self.server.made.name, "edits.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(edits, file)
        self.server.hq("apply", path)

    def requests(self):
        return self.server.ask("GET", "/hq/counters").json()["requests"]


class Reading(WithServer):
    def test_a_whole_read_gives_the_directory_that_is_served(self):
        self.same()

    def test_changes_of_every_kind_arrive(self):
        self.same("whole")
        dice = random.Random(5)
        for step in range(12):
            edits = [self.edit(dice, self.served()) for _ in range(dice.randrange(1, 4))]
            for edit in edits:
                try:
                    self.apply([edit])
                except RuntimeError:
                    pass  # refused: a company that still has contacts, say
            self.same((step, edits))

    def edit(self, dice, now):
        def one(name):
            return dice.choice(sorted(now[name]))

        def some(name, key="Id"):
            return [{key: number} for number in dice.sample(sorted(now[name]),
                                                            min(len(now[name]), dice.randrange(4)))]
        fresh = f"Neu{dice.randrange(10 ** 6)}"
        return dice.choice([
            lambda: {"op": "set", "entity": "contact", "id": one("ContactPersons"),
                     "fields": {"FirstName": fresh, "PhoneMobile": "0171 5550199"}},
            lambda: {"op": "set", "entity": "contact", "id": one("ContactPersons"),
                     "fields": {"DefaultAddress": {"City": fresh, "Email": "neu@kunde.example"}}},
            lambda: {"op": "set", "entity": "contact", "id": one("ContactPersons"),
                     "fields": {"CompanyId": one("Companies")}},
            lambda: {"op": "add", "entity": "contact",
                     "fields": {"LastName": fresh, "CompanyId": one("Companies")}},
            lambda: {"op": "delete", "entity": "contact", "id": one("ContactPersons")},
            lambda: {"op": "set", "entity": "company", "id": one("Companies"),
                     "fields": {"ResponsibleUsers": some("Users")}},
            lambda: {"op": "set", "entity": "company", "id": one("Companies"),
                     "fields": {"CompanyTypes": [{"Name": "Interessent"}]}},
            lambda: {"op": "set", "entity": "company", "id": one("Companies"),
                     "fields": {"Name": fresh, "Subsystems": some("Subsystem")}},
            lambda: {"op": "delete", "entity": "company", "id": one("Companies")},
            lambda: {"op": "set", "entity": "project", "id": one("Projects"),
                     "fields": {"Members": some("Users", "UserId")}},
            lambda: {"op": "set", "entity": "project", "id": one("Projects"),
                     "fields": {"ContactPersons": some("ContactPersons")}},
            lambda: {"op": "add", "entity": "project",
                     "fields": {"Name": fresh, "Members": some("Users", "UserId")}},
            lambda: {"op": "delete", "entity": "project", "id": one("Projects")},
            lambda: {"op": "set", "entity": "lead", "id": one("Leads"),
                     "fields": {"ResponsibleUserId": one("Users"),
                                "ContactPersons": some("ContactPersons")}},
            lambda: {"op": "delete", "entity": "lead", "id": one("Leads")},
            lambda: {"op": "set", "entity": "user", "id": one("Users"),
                     "fields": {"LeavingDate": "2026-12-31"}},
            lambda: {"op": "delete", "entity": "user", "id": one("Users")},
        ])()

    def test_a_pass_without_changes_asks_little(self):
        self.client.directory()
        before = self.requests()
        self.client.directory()
        self.assertLessEqual(self.requests() - before, 14)

    def test_half_an_answer_changes_nothing(self):
        self.client.directory()
        for kind in ("duplicate_id", "wrong_count", "truncated_body", "wrong_content_type"):
            with self.subTest(kind):
                self.assertEqual(self.server.fault(kind, path="/v1/Projects", count=3), 200)
                self.client.start("counts").communicate(timeout=120)
                self.server.no_faults()
                self.same(kind)

    def test_a_short_page_is_completed(self):
        self.assertEqual(self.server.fault("short_page", path="/v1/ContactPersons", count=3), 200)
        self.same()

    def test_pages_that_fail_are_repeated(self):
        self.server.fault("status", status=429, retry_after=1, path="/v1/ContactPersons", count=1)
        self.server.fault("drop", path="/v1/Companies", count=1)
        self.same()

    def test_odd_data_is_taken(self):
        for fault in ({"kind": "missing_field", "field": "Position"},
                      {"kind": "unknown_value", "field": "SalutationForm", "value": "Casual"},
                      {"kind": "date_form", "field": "UpdatedOn"},
                      {"kind": "html_note"}, {"kind": "company_without_type"},
                      {"kind": "contact_without_company"}):
            with self.subTest(fault["kind"]):
                self.assertEqual(self.server.ask("POST", "/hq/faults", fault).status, 200)
                self.client.run("reread")
                text = json.dumps(self.client.directory()["ContactPersons"])
                self.assertNotIn("<p>", text)
                self.server.no_faults()

    def test_a_refused_token_stops_with_one_line(self):
        self.client.write("token", "wrong-token\n")
        self.assertIn("login.refused", self.client.run("counts", code=1))
        self.assertLessEqual(self.requests(), 2)


class Logins(WithServer):
    options = ("--control", "--allow-login")

    def setUp(self):
        super().setUp()
        secret = 'client_id = "demo-hqsync"\nclient_secret_file = "secret"\nkey_file = "key"\n'
        self.client = Client(self.server, login=secret)
        self.addCleanup(self.client.made.cleanup)
        self.client.write("secret", "demo\n")

    def log_in(self):
        """As a browser would that is sent back to the waiting program."""
        running = self.client.start("login")
        for line in running.stdout:
            if "/Account/Authorize?" in line:
                with urllib.request.urlopen(line.strip(), timeout=30) as page:
                    self.assertEqual(page.status, 200)
                break
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 0, (out, err))
        return out

    def octets(self):
        texts = b""
        for name in os.listdir(self.client.folder):
            path = os.path.join(self.client.folder, name)
            if "hellohq-login" in name:
                with open(path, "rb") as file:
                    texts += file.read()
        return texts

    def test_a_login_in_the_browser_lasts(self):
        self.assertIn("Logged in", self.log_in())
        self.assertTrue(self.octets())
        self.assertNotIn(b"refresh", self.octets())
        self.client.run("status")
        self.server.fault("expire_tokens")
        self.client.run("status")

    def test_processes_share_the_rotating_login(self):
        self.log_in()
        self.client.run("status")
        self.server.fault("expire_tokens")
        before = self.server.ask("GET", "/hq/counters").json()["tokens_issued"]
        running = [self.client.start("status") for _ in range(4)]
        for each in running:
            out, err = each.communicate(timeout=120)
            self.assertEqual(each.returncode, 0, (out, err))
        after = self.server.ask("GET", "/hq/counters").json()["tokens_issued"]
        self.assertEqual(after - before, 1)

    def test_a_login_that_was_revoked_says_so(self):
        self.log_in()
        self.server.fault("revoke_refresh_tokens")
        self.server.fault("expire_tokens")
        self.assertIn("login.refused", self.client.run("status", code=1))
        self.assertIn("forgotten", self.client.run("logout"))
        self.assertIn("login.missing", self.client.run("status", code=1))


    def until(self, holds):
        end = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), end)

    def test_the_lost_answer_to_a_renewal_is_named(self):
        self.log_in()
        self.server.fault("expire_tokens")
        self.server.fault("drop_after_work", path="/Token", count=1)
        for _ in range(2):  # in the process that lost it, and in a later one
            self.assertIn("answer to an earlier renewal was lost", self.client.run("status", code=1))
        self.server.no_faults()
        self.log_in()
        self.client.run("status")

    def test_who_is_killed_in_a_renewal_leaves_a_login_that_works_or_says_why(self):
        self.log_in()
        self.server.fault("expire_tokens")
        self.server.fault("latency", path="/Token", milliseconds=2000, count=1)
        running = self.client.start("status")
        self.until(lambda: self.server.ask("GET", "/hq/faults").json()["faults"][0]["fired"])
        running.kill()
        running.communicate(timeout=60)
        self.server.no_faults()
        self.server.fault("expire_tokens")
        # The server works off what it was asked for before, or after, this process asks.
        before = self.server.ask("GET", "/hq/counters").json()["tokens_issued"]
        self.until(lambda: self.server.ask("GET", "/hq/counters").json()["tokens_issued"] > before)
        self.assertIn("answer to an earlier renewal was lost", self.client.run("status", code=1))

    def test_a_logout_ends_a_login_that_is_being_renewed(self):
        self.log_in()
        self.server.fault("expire_tokens")
        self.server.fault("latency", path="/Token", milliseconds=1500, count=1)
        running = self.client.start("status")
        self.until(lambda: self.server.ask("GET", "/hq/faults").json()["faults"][0]["fired"])
        self.assertIn("forgotten", self.client.run("logout"))
        running.communicate(timeout=60)
        self.assertIn("login.missing", self.client.run("status", code=1))


class Tls(unittest.TestCase):
    def test_an_authority_of_ones_own_vouches_for_helloHQ(self):
        server = ServedHq(PROGRAM, FOLDER)
        self.addCleanup(server.end)
        client = Client(server)
        self.addCleanup(client.made.cleanup)
        certificate = os.path.join(client.folder, "ca.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", certificate + ".key", "-out", certificate],
                       check=True, capture_output=True, timeout=60)
        proxy = TlsBefore(server.address, certificate)
        self.addCleanup(proxy.end)
        for line, code in (("", 1), ('ca_file = "ca.pem"\n', 0)):
            client.write("hqsync.toml",
                         f'[hq]\nsource = "hellohq"\napi_url = "https://{proxy.address}"\n{line}'
                         'token_file = "token"\n[state]\ndatabase = "state.db"\n')
            said = client.run("status", code=code)
            self.assertIn("http.tls" if code else "500 contacts", said)


class TlsBefore:
    """Ends TLS before a server: what a reverse proxy does."""

    def __init__(self, address, certificate):
        self.target = address.split(":")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, certificate + ".key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def end(self):
        self.listener.close()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.attend, args=(plain,), daemon=True).start()

    def attend(self, plain):
        try:
            client = self.context.wrap_socket(plain, server_side=True)
        except OSError:
            return  # our certificate was refused
        with client, socket.create_connection(self.target) as server:
            threading.Thread(target=self.pass_on, args=(client, server), daemon=True).start()
            self.pass_on(server, client)

    @staticmethod
    def pass_on(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Demo(unittest.TestCase):
    def test_the_demo_shows_the_way_by_the_api(self):
        shown = subprocess.run([PROGRAM, "demo", "--hellohq"], timeout=240, capture_output=True,
                               text=True)
        self.assertEqual(shown.returncode, 0, (shown.stdout, shown.stderr))
        self.assertIn("HQ is read and written by helloHQ's API v1 at http://127.0.0.1:",
                      shown.stdout)
        self.assertIn("the number went to HQ", shown.stdout)
        self.assertNotIn("WRONG", shown.stdout)


class Chain(Agency):
    """Mailbox to helloHQ and back."""

    def fill(self, contacts):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        for name, records in {"Users": USERS, "ContactPersons": contacts, "Subsystem": [],
                              "Companies": COMPANIES, "Projects": [], "Leads": []}.items():
            self.write(os.path.join("data", f"{name}.json"), json.dumps({"value": records}))
        self.server = ServedHq(PROGRAM, os.path.join(self.folder, "data"), "--control")
        self.addCleanup(self.server.end)
        self.write("token", TOKEN + "\n")
        with open(os.path.join(self.folder, "hqsync.toml"), encoding="utf-8") as file:
            text = file.read()
        self.write("hqsync.toml", text.replace(
            'database = "hq.db"', f'source = "hellohq"\napi_url = "http://{self.server.address}"\n'
            'token_file = "token"', 1))

    def kept(self, number):
        return json.loads(self.server.hq("show", "contact", str(number), "--json"))

    def test_edits_go_round(self):
        self.sync()
        self.assertEqual([number for role, number in self.held(ANNA) if role == "mine"],
                         [101, 102, 103])
        self.edit(ANNA, 101, jobTitle="Geschäftsführung")
        self.sync()
        self.assertEqual(self.kept(101)["Position"], "Geschäftsführung")
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Geschäftsführung")
        self.server.hq("set", "contact", "102", "Position=Einkauf")
        self.server.hq("set", "company", "30", "ResponsibleUsers=1")
        self.sync()
        self.assertEqual(self.item(BEN, 102)["jobTitle"], "Einkauf")
        self.assertIn(("mine", 301), self.held(ANNA))
        self.sync_is_silent()

    def test_an_edit_of_the_address_keeps_the_rest_of_the_record(self):
        self.sync()
        self.server.fault("put_empties")
        self.edit(ANNA, 101, mobilePhone="+49 171 2222222",
                  businessAddress={"street": "Hafenweg 4", "postalCode": "20457",
                                   "city": "Bremen", "countryOrRegion": "Deutschland"})
        self.sync()
        kept = self.kept(101)
        self.assertEqual(kept["DefaultAddress"]["City"], "Bremen")
        self.assertEqual(kept["DefaultAddress"]["Email"], "jana.vogt@nordlicht.example")
        self.assertEqual((kept["FirstName"], kept["LastName"]), ("Jana", "Vogt"))

    def test_an_address_that_the_put_of_a_contact_leaves_alone_is_written_apart(self):
        self.sync()
        self.server.fault("put_ignores_address")
        self.edit(ANNA, 101, jobTitle="Geschäftsführung", businessAddress={
            "street": "Hafenweg 4", "postalCode": "20457", "city": "Bremen",
            "countryOrRegion": "Deutschland"})
        self.sync()
        kept = self.kept(101)
        self.assertEqual(kept["Position"], "Geschäftsführung")
        self.assertEqual(kept["DefaultAddress"]["City"], "Bremen")
        self.assertEqual(kept["DefaultAddress"]["Email"], "jana.vogt@nordlicht.example")
        self.assertEqual(self.item(BEN, 101)["businessAddress"]["city"], "Bremen")
        self.sync_is_silent()

    def test_an_edit_of_an_address_beside_the_default_one_is_not_undone(self):
        self.write("edits.json", json.dumps([
            {"op": "set", "entity": "contact", "id": 103,
             "fields": {"Addresses": [{"Id": 77, "City": "Kiel", "Email": "alt@kunde.example"}]}}]))
        self.server.hq("apply", os.path.join(self.folder, "edits.json"))
        self.sync()
        self.assertEqual(self.item(ANNA, 103)["emailAddresses"][0]["address"], "alt@kunde.example")
        self.edit(ANNA, 103,
                  emailAddresses=[{"name": "Kim", "address": "neu@kunde.example"}])
        self.sync()
        self.assertEqual([(each["Id"], each["City"], each["Email"])
                          for each in self.kept(103)["Addresses"]],
                         [(77, "Kiel", "neu@kunde.example")])
        for mailbox in (ANNA, BEN):
            self.assertEqual([each["address"] for each in self.item(mailbox, 103)["emailAddresses"]
                              if each.get("address")], ["neu@kunde.example"])
        self.sync_is_silent()

    def test_what_hq_refuses_is_an_error_of_that_contact(self):
        self.sync()
        self.edit(ANNA, 101, jobTitle="x" * 300)
        self.edit(ANNA, 102, jobTitle="Leitung")
        self.sync(code=3)
        self.assertEqual(self.kept(102)["Position"], "Leitung")
        self.assertIn("field Position", self.text("status", "--json"))

    def test_a_lost_answer_is_settled(self):
        self.sync()
        self.server.fault("drop_after_work", method="PUT", count=1)
        self.edit(ANNA, 102, jobTitle="Leitung")
        self.sync()
        self.assertEqual(self.kept(102)["Position"], "Leitung")

    def test_an_accepted_proposal_is_made_once(self):
        self.sync()
        self.add(ANNA, "mine", givenName="Neu", surname="Person",
                 emailAddresses=[{"name": "Neu", "address": "neu@westend.example"}])
        self.sync()
        proposal = self.data("proposals")[0]["id"]
        self.server.fault("drop_after_work", method="POST", path="/v1/ContactPersons", count=1)
        self.error("proposals", "accept", str(proposal), "--company", "30")
        self.text("proposals", "accept", str(proposal), "--company", "30")
        made = [each for each in self.server.records("ContactPersons")
                if each["FirstName"] == "Neu"]
        self.assertEqual(len(made), 1)
        self.sync()
        self.sync_is_silent()


class ChainOnPremises(OnPremises, Chain):
    pass


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
