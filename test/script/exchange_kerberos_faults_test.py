#!/usr/bin/env python3
"""`hqsync exchange` by Kerberos when something is wrong: with the login, the KDC, the
connection, or the process itself. Every test ends with a server that holds no session.
Arguments: program, reference folder, source folder."""
import os
import signal
import subprocess
import sys
import time
import unittest

from exchange_kerberos_case import ADMIN, REALM, Kerberos

from exchange_case import PASSWORD, until
from kerberos_realm import free_port
from kerberos_server import credentials_in

SOURCE = sys.argv[3]


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

    def test_a_login_that_works_does_not_clear_another_one_that_was_refused(self):
        REALM.add("second", PASSWORD)
        self.gate.logins["second@AGENTUR.EXAMPLE"] = self.gate.logins[ADMIN]
        self.write("wrong", "Falsch-1\n")
        wrong = (("--password-file", "wrong"),
                 ("--user", "second@AGENTUR.EXAMPLE", "--password-file", "wrong"))
        before = self.failures()
        for more in wrong:
            self.refused("wrong password", more=more)
        self.configure(login=f'keytab_file = "{REALM.keys}"')
        self.lists_mailboxes()
        self.lists_mailboxes("--user", "second@AGENTUR.EXAMPLE", "--password-file", "password")
        _, err = self.run_it("run", "Get-Mailbox", *wrong[0], code=1)
        self.assertIn("refused this login", err)
        self.assertEqual(self.failures() - before, 2)
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
    def kill(self, process):
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        return self.open_shells()[0]["id"]

    def test_the_next_command_gives_back_what_a_killed_process_held(self):
        stray = self.kill(self.start_slowly())
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn(f"gave back session {stray}", err)
        self.holds_nothing()
        stray = self.kill(self.start_slowly())
        out, _ = self.run_it("sessions", "remove")
        self.assertIn(stray, out)
        self.holds_nothing()

    def test_a_stray_waits_for_a_login_that_works(self):
        stray = self.kill(self.start_slowly())
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
            process = self.start_slowly()
            process.send_signal(how)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1)
            self.assertIn("command.stopped", err)
            self.control("DELETE", "/sim/faults")
            self.holds_nothing()

    def test_a_signal_while_the_kdc_is_silent_ends_it_at_once(self):
        stray = self.kill(self.start_slowly())
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
