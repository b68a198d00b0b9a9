#!/usr/bin/env python3
"""`hqsync exchange` by https: NTLM, certificates that do not fit, redirects, connections that
break. Every test ends with a server that holds no session. Arguments: program."""
import shutil
import sys
import tempfile
import time
import unittest

from certificates import Authority
from exchange_case import MAILBOXES, PASSWORD, USER, Sessions, until
from tls_front import TlsFront

# Names of this machine to every resolver that follows RFC 6761.
FIRST, SECOND = "localhost", "mail2.localhost"


class Https(Sessions):
    auth = "ntlm"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="hqsync-authority-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.authority = Authority(folder)
        cls.stranger = Authority(folder, "stranger")

    def setUp(self):
        super().setUp()
        self.first = self.front(FIRST)
        self.configure()

    def front(self, host, days=2, authority=None):
        certificate = (authority or self.authority).certificate(host, days)
        front = TlsFront(certificate, self.address)
        self.addCleanup(front.stop)
        return front

    def configure(self, login='password_file = "password"', more="", ca_file=None, uri=None):
        if not hasattr(self, "first"):
            return
        ca_file = self.authority.file if ca_file is None else ca_file
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://{self.address}/EWS/Exchange.asmx"
user = "{USER}"
password_file = "password"
{f'ca_file = "{ca_file}"' if ca_file else ""}
[exchange.management]
uri = "{uri or self.first.url()}"
auth = "{self.auth}"
user = 'AGENTUR\\admin'
{login}
{more}
[state]
database = "state.db"
""")

    def bad_logins(self):
        return self.control("GET", "/sim/counters")["bad_logins"]

    def lists_mailboxes(self, *more):
        out, err = self.run_it("run", "Get-Mailbox", *more)
        self.assertEqual(err, "")
        for mailbox in MAILBOXES:
            self.assertIn(mailbox, out)


class Ntlm(Https):
    def setUp(self):
        super().setUp()
        self.control("POST", "/sim/counters/reset")

    def test_a_password_opens_a_session_over_https(self):
        for user in ("AGENTUR\\admin", "admin@agentur.example"):
            self.lists_mailboxes("--user", user, "--password-file", "password")
        self.assertEqual(self.bad_logins(), 0)
        self.holds_nothing()

    def test_a_session_is_held_for_many_commands(self):
        out, err = self.run_it("connect", typed="import\n" + "Get-AcceptedDomain\n" * 5 +
                                                "Get-Mailbox\n")
        self.assertEqual(err, "")
        self.assertEqual(out.count("Authoritative"), 5)
        self.assertIn("anna@agentur.example", out)
        self.assertEqual(self.counters()["opened"], 1)
        self.holds_nothing()

    def test_a_wrong_password_is_tried_once(self):
        self.write("wrong", "Falsch-1\n")
        account = r"AGENTUR\admin"
        remembered = f"refused this login (ntlm {self.first.url()} {account})"
        for words in ("login.refused", remembered):
            _, err = self.run_it("run", "Get-Mailbox", "--password-file", "wrong", code=1)
            self.assertIn(words, err)
            self.assertIn(account, err)
            self.assertNotIn("Falsch-1", err)
            self.assertEqual(self.bad_logins(), 1)
        self.lists_mailboxes()
        self.holds_nothing()

    def test_what_a_killed_process_held_is_given_back(self):
        process = self.start_slowly()
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn("gave back session", err)
        self.holds_nothing()

    def test_a_password_does_not_go_in_the_open(self):
        _, err = self.run_it("run", "Get-Mailbox", "--uri",
                             f"http://{SECOND}:{self.first.port}/PowerShell/", code=1)
        self.assertIn("shell.plain_http", err)
        self.assertEqual(self.first.connections, 0)


class Certificates(Https):
    auth = "basic"

    def not_believed(self, front, *words, **settings):
        self.configure(uri=front.url(), **settings)
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("http.tls", err)
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(front.requests, 0, "something was said to it")
        self.assertEqual(self.counters()["requests"], 0)
        self.assertEqual(self.held_here(), [])

    def test_of_another_host(self):
        self.not_believed(self.front(SECOND), FIRST)

    def test_of_an_unknown_authority(self):
        self.not_believed(self.front(FIRST, authority=self.stranger), "ca_file")
        self.not_believed(self.front(FIRST), ca_file="")

    def test_that_has_expired(self):
        self.not_believed(self.front(FIRST, days=-1), "expired")

    def test_of_the_configured_authority(self):
        self.lists_mailboxes()
        self.holds_nothing()

    def test_that_has_expired_meanwhile_keeps_a_stray_for_later(self):
        process = self.start("run", "Get-Mailbox")
        self.slow("Get-Mailbox", 60_000)
        self.await_pipeline()
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        context = self.first.context
        self.first.context = self.front(FIRST, days=-1).context
        _, err = self.run_it("run", "Get-AcceptedDomain", code=1)
        self.assertIn("http.tls", err)
        self.assertEqual(len(self.held_here()), 1)
        self.first.context = context
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn("gave back session", err)
        self.holds_nothing()


class Redirects(Https):
    def setUp(self):
        super().setUp()
        self.second = self.front(SECOND)
        self.target = self.second.url(SECOND)
        self.trust(SECOND)

    def trust(self, *hosts):
        self.configure(more="allow_redirection = true\nredirect_hosts = "
                            f"{str(list(hosts)).replace(chr(39), chr(34))}")

    def lead(self, to, times=1):
        self.control("POST", "/sim/powershell", {"redirect": to, "redirects": times})

    def not_followed(self, to, *words, code=1):
        self.lead(to)
        _, err = self.run_it("run", "Get-Mailbox", code=code)
        self.assertIn("shell.redirect", err)
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(self.second.connections, 0)
        self.holds_nothing()

    def test_to_a_trusted_host_is_followed(self):
        for trusted in (SECOND, ".localhost"):
            self.trust(trusted)
            self.lead(self.target)
            before = self.second.requests
            self.lists_mailboxes()
            self.assertGreater(self.second.requests, before)
        self.holds_nothing()

    def test_to_the_same_host_is_followed(self):
        other = self.front(FIRST)
        self.trust()
        self.lead(other.url())
        self.lists_mailboxes()
        self.assertGreater(other.requests, 0)
        self.holds_nothing()

    def test_is_not_followed_where_it_is_not_allowed(self):
        self.configure()
        self.not_followed(self.target, self.target, "not allowed")
        self.lead(self.first.url())
        self.lists_mailboxes("--allow-redirection")

    def test_to_http_is_not_followed(self):
        self.not_followed(f"http://{SECOND}:{self.second.port}/PowerShell/", "https only")
        self.not_followed(f"http://{self.address}/PowerShell/", "https only")

    def test_to_an_untrusted_host_is_not_followed(self):
        for host in ("mail3.localhost", "mail2.localhost.example", "xmail2.localhost"):
            self.not_followed(self.second.url(host), host, "trusted")
        self.not_followed(f"https://{SECOND}@127.0.0.1:{self.second.port}/PowerShell/", "none")

    def test_five_in_a_row_are_followed_and_six_are_not(self):
        self.lead(self.target, 5)
        self.lists_mailboxes()
        self.lead(self.target, 6)
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("more than 5 redirects", err)
        self.lead("")
        self.holds_nothing()

    def test_to_a_host_whose_certificate_does_not_fit_gets_no_login(self):
        wrong = self.front(FIRST)
        self.lead(wrong.url(SECOND))
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("http.tls", err)
        self.assertEqual(wrong.requests, 0)
        self.holds_nothing()

    def test_what_a_killed_process_held_there_is_given_back_there(self):
        self.lead(self.target)
        process = self.start_slowly()
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        before = self.second.requests
        out, _ = self.run_it("sessions", "remove")
        self.assertIn("Gave back", out)
        self.assertGreater(self.second.requests, before)
        self.holds_nothing()

    def test_one_whose_creation_was_not_answered_is_given_back_where_it_was_asked_for(self):
        self.auth = "basic"
        self.trust(SECOND)
        self.lead(self.target)
        self.second.swallows_answers = True
        process = self.start("run", "Get-Mailbox")
        until(self.open_shells, "a session")
        process.kill()
        process.communicate()
        self.second.swallows_answers = False
        before = self.second.requests
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn("gave back session", err)
        self.assertGreater(self.second.requests, before)
        self.holds_nothing()


class Breaks(Https):
    def test_connections_that_break_in_the_middle_of_a_pipeline_cost_it_and_no_session(self):
        process = self.start_slowly()
        time.sleep(0.3)  # the Receive has gone out
        self.first.break_connections()
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(err, r"hqsync: (http|shell)\.")
        self.assertEqual(self.bad_logins(), 0)
        self.control("DELETE", "/sim/faults")
        self.holds_nothing()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
