#!/usr/bin/env python3
"""`hqsync exchange` by Kerberos, as an Exchange server is installed: a real KDC (MIT's, on loopback),
and in front of the simulator a server of python3-gssapi that opens what comes sealed and seals what
it answers. Every test ends with a server that holds no session.
Arguments: program, reference folder, source folder."""
import atexit
import json
import os
import signal
import subprocess
import sys
import time
import unittest

import system_python

system_python.need("gssapi", "python3-gssapi")

import kerberos_realm
from agency import ANNA, BEN, CORA, EWS_USER, Agency, OnPremises
from certificates import Authority
from exchange_case import MAILBOXES, PASSWORD, PROGRAM, USER, Sessions, Terminal, until
from kerberos_gate import Gate
from kerberos_realm import Realm, free_port
from kerberos_server import credentials_in

ADMIN = "admin@AGENTUR.EXAMPLE"
KERBEROS = ("KRB5_CONFIG", "KRB5CCNAME", "KRB5RCACHETYPE")
SOURCE = sys.argv[3]


def prepared_realm():
    """With accounts and services; its configuration is that of this process too, which plays the
    server."""
    realm = Realm()
    realm.add(ADMIN, PASSWORD)
    for host in ("localhost", "mail2.localhost"):
        realm.add(f"HTTP/{host}")
        realm.service_keys = realm.keytab(f"HTTP/{host}", "service.keytab")
    realm.keys = realm.keytab(ADMIN, "admin.keytab")
    realm.start()
    os.environ.update({name: realm.environment[name]
                       for name in ("KRB5_CONFIG", "KRB5RCACHETYPE")})
    return realm


class Kerberos(Sessions):
    """The simulator takes Basic only behind the gate."""

    def setUp(self):
        self.gate = Gate(REALM.service_keys, {ADMIN: f"{USER}:{PASSWORD}"})
        self.gate.must_seal = True
        self.gate.boundary = "-- Encrypted Boundary"
        self.addCleanup(self.gate.stop)
        super().setUp()
        self.gate.simulator = self.address
        self.environment.update({name: REALM.environment[name] for name in KERBEROS})

    def configure(self, login='password_file = "password"', more=""):
        """Not the gate's address, but its name: Kerberos knows servers by that."""
        self.uri = self.gate.url()
        who = "" if login is None else f'user = "{ADMIN}"\n{login}'
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://{self.address}/EWS/Exchange.asmx"
user = 'AGENTUR\\somebody'
password_file = "password"
{f'ca_file = "{AUTHORITY.file}"' if self.gate.tls else ""}
[exchange.management]
uri = "{self.uri}"
{who}
{more}
[state]
database = "state.db"
""")

    def behind_tls(self, host="localhost", authority=None):
        """Another gate, which speaks https, to the same simulator."""
        gate = Gate(REALM.service_keys, self.gate.logins,
                    (authority or AUTHORITY).certificate(host))
        gate.simulator = self.address
        self.addCleanup(gate.stop)
        return gate

    def asked(self):
        """Requests for a ticket of the account that the KDC saw."""
        return sum("AS_REQ" in line for line in REALM.said().splitlines())

    def failures(self):
        """Wrong passwords and keys that the KDC saw."""
        return sum("AS_REQ" in line and "Preauthentication failed" in line
                   for line in REALM.said().splitlines())

    def lists_mailboxes(self, *more):
        out, err = self.run_it("run", "Get-Mailbox", *more)
        self.assertEqual(err, "")
        for mailbox in MAILBOXES:
            self.assertIn(mailbox, out)

    def refused(self, code, *words, more=()):
        """One fault, before any session was asked for."""
        out, err = self.run_it("run", "Get-Mailbox", *more, code=1)
        self.assertEqual(out, "")
        self.assertEqual(len(err.splitlines()), 1, err)
        for word in (code, *words):
            self.assertIn(word, err)
        self.assertNotIn(PASSWORD, err)
        self.assertEqual(self.counters()["requests"], 0)
        self.assertEqual(self.held_here(), [])
        return err

    def holds_nothing(self):
        super().holds_nothing()
        self.assertEqual(self.gate.errors, [])


class Ways(Kerberos):
    def test_a_password_opens_a_session_and_nothing_goes_in_the_open(self):
        self.lists_mailboxes()
        self.assertEqual(self.gate.names, {ADMIN})
        bodies = [body for _, body in self.gate.requests]
        self.assertGreater(sum(len(body) for body in bodies), 8000)
        for word in (b"Envelope", b"Shell", b"Get-Mailbox", PASSWORD.encode()):
            self.assertFalse(any(word in body for body in bodies), word)
        schemes = {headers.get("Authorization", "none").split()[0]
                   for headers, _ in self.gate.requests}
        self.assertEqual(schemes, {"none", "Kerberos"})
        self.holds_nothing()

    def test_the_password_may_come_from_the_environment_or_the_command_line(self):
        self.configure(login="")
        self.environment["HQSYNC_EXCHANGE_PASSWORD"] = PASSWORD
        self.lists_mailboxes()
        del self.environment["HQSYNC_EXCHANGE_PASSWORD"]
        self.configure(login=None)
        self.lists_mailboxes("--user", "admin@agentur.example", "--password-file", "password")
        self.holds_nothing()

    def test_keys_in_a_file_open_a_session(self):
        self.configure(login=f'keytab_file = "{REALM.keys}"')
        self.lists_mailboxes()
        self.configure(login=None)
        self.lists_mailboxes("--user", ADMIN, "--keytab-file", REALM.keys)
        self.lists_mailboxes("--keytab-file", REALM.keys)
        self.assertEqual(self.gate.names, {ADMIN})
        self.holds_nothing()

    def test_tickets_of_the_process_open_a_session(self):
        cache = f"FILE:{self.folder}/tickets"
        REALM.run("kinit", "-c", cache, ADMIN, input=PASSWORD + "\n")
        self.configure(login=None)
        # Kerberos does not know the account of EWS, which is named DOMAIN\NAME.
        self.environment["KRB5CCNAME"] = cache
        before = self.asked()
        self.lists_mailboxes()
        self.assertEqual(self.asked(), before)
        self.holds_nothing()

    def test_negotiate_is_spoken_where_kerberos_is_not_offered(self):
        self.gate.schemes = ["Negotiate", "NTLM"]
        self.lists_mailboxes()
        self.assertTrue(any(headers.get("Authorization", "").startswith("Negotiate ")
                            for headers, _ in self.gate.requests))
        self.holds_nothing()

    def test_over_https_tls_encrypts(self):
        self.gate = self.behind_tls()
        self.configure()
        self.lists_mailboxes()
        self.assertTrue(any(b"Get-Mailbox" in body or b"Envelope" in body
                            for _, body in self.gate.requests))
        self.holds_nothing()

    def test_a_server_whose_certificate_does_not_fit_gets_no_login(self):
        asked = self.asked()
        for host, authority in (("mail2.localhost", AUTHORITY), ("localhost", STRANGER)):
            self.gate = self.behind_tls(host, authority)
            self.configure()
            self.refused("http.tls")
            self.assertEqual(self.gate.requests, [])
        self.assertEqual(self.asked(), asked)

    def test_answers_of_many_messages_come_whole(self):
        many = [f"name{number:03}@agentur.example" for number in range(300)]
        for mailbox in many:
            self.control("POST", "/sim/recipients", {"address": mailbox})
        out, _ = self.run_it("run", "Get-Mailbox -ResultSize Unlimited", "--json")
        found = {one["PrimarySmtpAddress"] for one in json.loads(out)["objects"]}
        self.assertEqual(found, {*MAILBOXES, *many})
        self.holds_nothing()


class Commands(Kerberos):
    def test_a_prompt_asks_for_the_password_once_and_completes(self):
        self.configure(login="")
        terminal = Terminal(["exchange", "connect"], self.folder, self.environment)
        terminal.see(f"Password of {ADMIN} at localhost: ")
        before = self.asked()
        terminal.type(PASSWORD + "\r")
        self.assertNotIn("Geheim", terminal.see("localhost> "))
        terminal.type("Get-AcceptedDom\t\r")
        terminal.see("agentur.example")
        terminal.see("localhost> ")
        terminal.type("Get-Mailbox -Identity nobody\r")
        terminal.see("nobody")
        terminal.see("localhost> ")
        terminal.type("exit\r")
        self.assertEqual(terminal.end(), 0)
        # One ticket, though more connections than one logged in: the first time without a proof.
        self.assertEqual(self.asked() - before, 2)
        self.holds_nothing()

    def test_lines_are_run_one_after_the_other(self):
        out, err = self.run_it("connect", typed="Get-AcceptedDomain\nGet-Nothing\nGet-Mailbox\n",
                               code=3)
        self.assertIn("agentur.example", out)
        self.assertIn("anna@agentur.example", out)
        self.assertIn("command.unknown", err)
        self.assertEqual(self.counters()["opened"], 1)
        self.holds_nothing()

    def test_imported_commands_are_checked_before_anybody_is_asked(self):
        out, _ = self.run_it("import")
        self.assertRegex(out, r"^\d+ commands with \d+ parameters of localhost")
        asked, before = self.asked(), self.counters()["requests"]
        self.assertIn("command.unknown", self.run_it("run", "Get-Nothing", code=2)[1])
        self.assertIn("Nothing", self.run_it("run", "Get-Mailbox -Nothing 1", code=2)[1])
        self.assertEqual((self.asked(), self.counters()["requests"]), (asked, before))
        self.holds_nothing()

    def test_sessions_are_listed_and_taken_from_a_living_process(self):
        process = self.start("connect")
        until(self.open_shells, "a session")
        out, _ = self.run_it("sessions", "--server", "--json")
        told = json.loads(out)
        self.assertEqual([one["state"] for one in told["here"]], ["in_use"])
        self.assertEqual(told["here"][0]["account"], f"kerberos {ADMIN}")
        self.assertEqual([one["session"] for one in told["server"]],
                         [one["session"] for one in told["here"]])
        out, _ = self.run_it("sessions", "remove", "--all", "--json")
        self.assertEqual(len(json.loads(out)["removed"]), 1)
        _, err = process.communicate("Get-Mailbox\n", timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("shell.gone", err)
        self.holds_nothing()

    def test_who_comes_when_all_sessions_are_held_waits_for_one(self):
        self.control("POST", "/sim/limits", {"shells": 2})
        clients = [self.start("connect") for _ in range(2)]
        until(lambda: len(self.open_shells()) == 2, "two sessions")
        _, err = self.run_it("run", "Get-AcceptedDomain", code=1)
        self.assertIn("shell.too_many", err)
        waiting = self.start("run", "Get-AcceptedDomain", "--wait")
        until(lambda: self.counters()["refused"] >= 2, "one that waits")
        for client in clients:
            client.communicate("", timeout=60)
        out, _ = waiting.communicate(timeout=60)
        self.assertIn("agentur.example", out)
        self.holds_nothing()


class Refusals(Kerberos):
    def test_a_wrong_password_is_tried_once_and_the_next_command_tries_nothing(self):
        self.write("wrong", "Falsch-1\n")
        before = self.failures()
        err = self.refused("login.refused", "wrong password", ADMIN,
                           more=("--password-file", "wrong"))
        self.assertNotIn("Falsch-1", err)
        self.assertEqual(self.failures() - before, 1)
        asked = self.asked()
        for arguments in (("run", "Get-Mailbox"), ("import",), ("sessions", "--server"),
                          ("connect",), ("audit",)):
            _, err = self.run_it(*arguments, "--password-file", "wrong", code=1)
            self.assertIn("refused this login", err)
        self.assertEqual(self.asked(), asked)
        self.lists_mailboxes()
        self.holds_nothing()

    def test_a_list_of_sessions_tries_a_wrong_password_once_too(self):
        self.write("wrong", "Falsch-1\n")
        before = self.failures()
        for words in ("wrong password", "refused this login"):
            _, err = self.run_it("sessions", "--server", "--password-file", "wrong", code=1)
            self.assertIn(words, err)
        self.assertEqual(self.failures() - before, 1)

    def test_keys_that_were_changed_are_not_tried_again_by_the_next_command(self):
        REALM.add("old", PASSWORD)
        keys = REALM.keytab("old", "old.keytab")
        REALM.run("kadmin.local", "-q", "cpw -pw Another1 old")
        login = ("--user", "old@AGENTUR.EXAMPLE", "--keytab-file", keys)
        before = self.failures()
        self.refused("login.refused", more=login)
        self.assertEqual(self.failures() - before, 1)
        asked = self.asked()
        self.refused("refused this login", more=login)
        self.assertEqual(self.asked(), asked)

    def test_what_is_wrong_with_an_account_is_said(self):
        REALM.add("ended", PASSWORD, '-expire "2020-01-01 00:00:00"')
        REALM.add("stale", PASSWORD, '-pwexpire "2020-01-01 00:00:00"')
        REALM.add("locked", PASSWORD, "-allow_tix")
        for name, code, words in (("ended", "login.refused", "the account has expired"),
                                  ("stale", "login.refused", "the password has expired"),
                                  ("locked", "login.refused", "disabled or locked"),
                                  ("nobody", "kerberos.configuration", "unknown"),
                                  ("AGENTUR\\admin", "kerberos.configuration", "name@REALM")):
            with self.subTest(name):
                user = name if "\\" in name else f"{name}@AGENTUR.EXAMPLE"
                self.refused(code, words, more=("--user", user, "--password-file", "password"))

    def test_an_unknown_realm_and_one_without_a_kdc_are_named(self):
        self.refused("kerberos.configuration", "realm", more=(
            "--user", "admin@ELSEWHERE.EXAMPLE", "--password-file", "password"))
        self.environment["KRB5_CONFIG"] = REALM.write_client("dead.conf", port=free_port())
        self.refused("kerberos.no_kdc", "no KDC of the realm answers")
        # It is no refusal: the same login works when the KDC is back.
        self.environment["KRB5_CONFIG"] = REALM.environment["KRB5_CONFIG"]
        self.lists_mailboxes()
        self.holds_nothing()

    def test_a_clock_that_goes_wrong_is_named(self):
        shim = os.path.join(self.folder, "clock_shift.so")
        subprocess.run(["clang++-19", "-O1", "-shared", "-fPIC", "-o", shim,
                        os.path.join(SOURCE, "test", "script", "clock_shift.cpp")], check=True)
        self.environment.update({"LD_PRELOAD": shim, "CLOCK_SHIFT": "3600",
                                 "KRB5_CONFIG": REALM.write_client("strict.conf",
                                                                   more="    kdc_timesync = 0")})
        self.refused("kerberos.configuration", "clocks")
        del self.environment["LD_PRELOAD"]
        self.lists_mailboxes()

    def test_no_tickets_are_no_login(self):
        self.configure(login=None)
        self.refused("kerberos.configuration", "kinit")

    def test_a_server_that_has_no_service_principal_is_named(self):
        self.refused("kerberos.configuration", "HTTP@127.0.0.1", "service principal",
                     more=("--uri", self.gate.url("127.0.0.1"), "--user", ADMIN,
                           "--password-file", "password"))

    def test_an_account_that_exchange_lets_do_nothing_is_told(self):
        REALM.add("clerk", PASSWORD)
        self.refused("shell.", "403", more=("--user", "clerk@AGENTUR.EXAMPLE", "--password-file",
                                            "password"))

    def test_a_server_that_offers_no_kerberos_is_told(self):
        self.gate.schemes = ["Basic realm=\"x\""]
        asked = self.asked()
        self.refused("kerberos.refused", "it offers Basic")
        self.assertEqual(self.asked(), asked)
        # No password was refused: as soon as the server is set right the same login works.
        self.gate.schemes = ["Kerberos"]
        self.lists_mailboxes()
        self.holds_nothing()

    def test_a_ticket_that_the_server_does_not_take_is_no_wrong_password(self):
        taken = self.gate.credentials
        REALM.add("HTTP/elsewhere")
        other = REALM.keytab("HTTP/elsewhere", "elsewhere.keytab")
        self.gate.credentials = credentials_in(other)
        self.refused("kerberos.refused", "service principals")
        self.gate.credentials, self.gate.errors = taken, []
        self.lists_mailboxes()
        self.holds_nothing()


class Interruptions(Kerberos):
    def run_slowly(self):
        """A process whose command is under way."""
        self.slow("Get-Mailbox", 60_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
        return process

    def kill(self, process):
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        return self.open_shells()[0]["id"]

    def test_the_next_command_gives_back_what_a_killed_process_held(self):
        stray = self.kill(self.run_slowly())
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn(f"gave back session {stray}", err)
        self.holds_nothing()
        stray = self.kill(self.run_slowly())
        out, _ = self.run_it("sessions", "remove")
        self.assertIn(stray, out)
        self.holds_nothing()

    def test_a_stray_waits_for_a_login_that_works(self):
        stray = self.kill(self.run_slowly())
        self.write("wrong", "Falsch-1\n")
        before = self.failures()
        _, err = self.run_it("run", "Get-Mailbox", "--password-file", "wrong", code=1)
        self.assertIn("login.refused", err)
        self.assertEqual(self.failures() - before, 1)
        _, err = self.run_it("run", "Get-Mailbox", "--password-file", "wrong", code=1)
        self.assertIn("refused this login", err)
        self.assertEqual(self.failures() - before, 1)
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn(f"gave back session {stray}", err)
        self.holds_nothing()

    def test_signals_give_the_session_back(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            process = self.run_slowly()
            process.send_signal(how)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1)
            self.assertIn("command.stopped", err)
            self.control("DELETE", "/sim/faults")
            self.holds_nothing()

    def test_a_signal_while_the_kdc_is_silent_ends_it_at_once(self):
        stray = self.kill(self.run_slowly())
        for arguments in (("run", "Get-Mailbox"), ("sessions", "remove")):
            REALM.pause()
            try:
                before, begun = len(self.gate.requests), time.monotonic()
                process = self.start(*arguments)
                until(lambda seen=before: len(self.gate.requests) > seen, "a request")
                process.terminate()
                _, err = process.communicate(timeout=60)
            finally:
                REALM.resume()
            self.assertEqual((process.returncode, err),
                             (1, "hqsync: session.interrupted: ended by a signal\n"))
            self.assertLess(time.monotonic() - begun, 5)
            self.assertEqual(self.held_here(), [(stray,)])
        self.run_it("sessions", "remove")
        REALM.pause()
        try:
            before = len(self.gate.requests)
            process = self.start("run", "Get-Mailbox")
            until(lambda: len(self.gate.requests) > before and self.held_here(), "a row")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            REALM.resume()
        self.assertIn("session.interrupted", err)
        self.assertEqual(self.held_here(), [])

    def test_a_connection_that_breaks_in_the_middle_is_told_and_the_session_given_back(self):
        for where in (b"shell/Receive", b"shell/Command"):
            self.gate.loses = (where,)
            _, err = self.run_it("run", "Get-Mailbox", code=1)
            self.assertRegex(err, r"hqsync: (http|shell)\.")
            self.gate.loses = ()
            self.holds_nothing()

    def test_the_session_is_given_back_when_the_kdc_is_gone_meanwhile(self):
        process = self.start("connect")
        until(self.open_shells, "a session")
        REALM.pause()
        try:
            out, _ = process.communicate("Get-AcceptedDomain\n", timeout=60)
        finally:
            REALM.resume()
        self.assertEqual(process.returncode, 0)
        self.assertIn("agentur.example", out)
        self.holds_nothing()

    def test_an_answer_that_was_changed_on_the_way_is_told(self):
        process = self.start("connect")
        until(self.open_shells, "a session")
        self.gate.tampers = True
        _, err = process.communicate("Get-Mailbox\n", timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("kerberos.broken", err)
        self.gate.tampers = False
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.holds_nothing()


class Redirects(Kerberos):
    def setUp(self):
        super().setUp()
        self.second = self.behind_tls("mail2.localhost")
        self.target = self.second.url("mail2.localhost")
        self.control("POST", "/sim/powershell", {"redirect": self.target, "redirects": 1})

    def trust(self):
        self.configure(more='allow_redirection = true\nredirect_hosts = ["mail2.localhost"]')
        with open(os.path.join(self.folder, "hqsync.toml"), encoding="utf-8") as file:
            text = file.read()
        self.write("hqsync.toml", text.replace('api = "ews"',
                                               f'api = "ews"\nca_file = "{AUTHORITY.file}"'))

    def test_the_login_goes_on_at_a_host_that_is_trusted(self):
        self.trust()
        self.lists_mailboxes()
        self.assertEqual(self.second.names, {ADMIN})
        self.holds_nothing()

    def test_another_host_gets_no_login(self):
        for more in ((), ("--allow-redirection",)):
            _, err = self.run_it("run", "Get-Mailbox", *more, code=1)
            self.assertIn(self.target, err)
            self.control("POST", "/sim/powershell", {"redirect": self.target, "redirects": 1})
        self.assertEqual(self.second.connections, 0)
        self.control("POST", "/sim/powershell", {"redirect": ""})
        self.holds_nothing()

    def test_what_a_killed_process_held_there_is_given_back_there(self):
        self.trust()
        self.slow("Get-Mailbox", 60_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        before = len(self.second.requests)
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn("gave back session", err)
        self.assertGreater(len(self.second.requests), before)
        self.holds_nothing()


class SetUp(OnPremises, Agency):
    """The assistant and the count, whose admin logs in by Kerberos."""

    def setUp(self):
        self.gate = Gate(REALM.service_keys, {ADMIN: f"{EWS_USER}:geheim-1"})
        self.gate.must_seal = True
        self.addCleanup(self.gate.stop)
        super().setUp()
        self.environment.update({name: REALM.environment[name] for name in KERBEROS})
        for mailbox in (ANNA, BEN, CORA, "otto@agentur.example"):
            self.control("POST", "recipients", {"address": mailbox})
        self.control("POST", "powershell", {"enforce_rights": True})

    def configure(self, api):
        super().configure(api)
        self.gate.simulator = self.url.removeprefix("http://")
        with open(os.path.join(self.folder, "hqsync.toml"), "a", encoding="utf-8") as file:
            file.write(f'[exchange.management]\nuri = "{self.gate.url()}"\n'
                       f'keytab_file = "{REALM.keys}"\n')

    def outcomes(self, *arguments):
        told = self.data("exchange", "setup", *arguments)
        return {step["outcome"] for step in told["steps"]}

    def test_rights_are_made_used_counted_and_taken_back(self):
        self.data("sync", code=1)
        self.assertEqual(self.outcomes(), {"made"})
        self.assertEqual(self.outcomes(), {"fits"})
        self.sync()
        told = self.data("exchange", "audit")["mailboxes"]
        self.assertEqual({each["mailbox"] for each in told}, {ANNA, BEN, CORA})
        self.control("POST", "powershell", {"enforce_rights": False})
        self.remove(ANNA, 102)
        self.control("POST", "powershell", {"enforce_rights": True})
        differences = self.data("exchange", "audit", "--user", ANNA, code=3)["mailboxes"]
        self.assertEqual([each["kind"] for each in differences[0]["differences"]], ["too_few"])
        self.assertEqual(self.outcomes("--undo", "--yes"), {"undone"})
        self.data("sync", code=1)
        self.assertEqual(self.gate.names, {ADMIN})
        self.assertEqual(self.gate.errors, [])
        self.assertEqual(self.control("GET", "powershell")["shells"], [])


if __name__ == "__main__":
    lacking = kerberos_realm.missing()
    if lacking:
        print(f"skipped: {', '.join(lacking)} not installed (krb5-kdc, krb5-admin-server)")
        sys.exit(77)
    REALM = prepared_realm()
    atexit.register(REALM.stop)
    AUTHORITY, STRANGER = Authority(REALM.folder), Authority(REALM.folder, "stranger")
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
