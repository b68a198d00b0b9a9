#!/usr/bin/env python3
"""`hqsync exchange` by Kerberos, as an Exchange server is installed: every way to log in, all its
commands, redirects. Every test ends with a server that holds no session.
Arguments: program, reference folder, source folder."""
import json
import os
import sys
import unittest

from exchange_kerberos_case import ADMIN, KERBEROS, REALM, STRANGER, AUTHORITY, Kerberos

from agency import ANNA, BEN, CORA, EWS_USER, Agency, OnPremises
from exchange_case import MAILBOXES, PASSWORD, Terminal, until
from kerberos_gate import Gate


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

    def test_names_without_a_realm_and_passwords_beyond_ascii_are_taken(self):
        odd = "Grüße 9 & Co."
        REALM.add("weber", f'"{odd}"')
        self.gate.logins["weber@AGENTUR.EXAMPLE"] = self.gate.logins[ADMIN]
        self.write("odd", odd + "\n")
        self.lists_mailboxes("--user", "weber", "--password-file", "odd")
        self.assertEqual(self.gate.names, {"weber@AGENTUR.EXAMPLE"})
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

    def test_ctrl_c_stops_a_command_and_not_the_session(self):
        terminal = Terminal(["exchange", "connect"], self.folder, self.environment)
        terminal.see("localhost> ")
        self.slow("Get-Mailbox", 60_000)
        terminal.type("Get-Mailbox\r")
        self.await_pipeline()
        terminal.type("\x03")
        terminal.see("localhost> ")
        terminal.type("Get-AcceptedDomain\r")
        terminal.see("agentur.example")
        terminal.see("localhost> ")
        terminal.type("exit\r")
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(self.counters()["opened"], 1)
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


class Redirects(Kerberos):
    def setUp(self):
        super().setUp()
        self.second = self.behind_tls("mail2.localhost")
        self.target = self.second.url("mail2.localhost")
        self.control("POST", "/sim/powershell", {"redirect": self.target, "redirects": 1})

    def trust(self):
        self.configure(more='allow_redirection = true\nredirect_hosts = ["mail2.localhost"]')

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
        process = self.start_slowly()
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
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
