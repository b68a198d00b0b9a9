#!/usr/bin/env python3
"""EWS with logins by Kerberos: a real KDC (MIT's, on loopback), and in front of the simulator a
server of python3-gssapi that lets in whoever shows a ticket.
Arguments: program, reference folder, source folder."""
import os
import sys
import unittest
import urllib.parse

import system_python

system_python.need("gssapi", "python3-gssapi")

import agency
import kerberos_realm
from agency import ANNA, BEN, EWS_USER, OnPremises
from kerberos_gate import Gate
from kerberos_realm import Realm

ACCOUNT, PASSWORD = "hqsync@AGENTUR.EXAMPLE", "Only4Tests"


class KerberosLogin(OnPremises, agency.Agency):
    @classmethod
    def setUpClass(cls):
        cls.realm = Realm()
        cls.addClassCleanup(cls.realm.stop)
        cls.realm.add(ACCOUNT, PASSWORD)
        cls.realm.add("HTTP/localhost")
        cls.service_keys = cls.realm.keytab("HTTP/localhost", "service.keytab")
        cls.keys = cls.realm.keytab(ACCOUNT, "hqsync.keytab")
        cls.realm.start()
        os.environ.update({name: cls.realm.environment[name]
                           for name in ("KRB5_CONFIG", "KRB5RCACHETYPE")})

    def setUp(self):
        self.gate = Gate(self.service_keys, {ACCOUNT: f"{EWS_USER}:geheim-1"})
        self.gate.schemes = ["Negotiate"]
        self.addCleanup(self.gate.stop)
        super().setUp()
        self.environment.update(
            {name: self.realm.environment[name] for name in ("KRB5_CONFIG", "KRB5CCNAME")})

    def configure(self, api, keys=None):
        self.gate.simulator = urllib.parse.urlsplit(self.url).netloc
        lines = "" if keys is False else f'keytab_file = "{keys or self.keys}"\n'
        self.write("hqsync.toml",
                   '[hq]\ndatabase = "hq.db"\n[exchange]\napi = "ews"\nauth = "negotiate"\n'
                   f'ews_url = "{self.gate.url(path="/EWS/Exchange.asmx")}"\n'
                   f'{lines}settle_seconds = 0\n[state]\ndatabase = "state.db"\n')

    def check_mailboxes(self):
        for mailbox in (ANNA, BEN):
            wanted = self.data("placements", "--user", mailbox)
            expected = sorted((place, entry["contact"]) for place in ("mine", "global")
                              for entry in wanted[place])
            self.assertTrue(expected)
            self.assertEqual(sorted((role, mark) for role, mark, _ in self.items(mailbox)), expected)

    def test_keys_of_the_account_in_a_file_log_in(self):
        self.sync()
        self.check_mailboxes()
        self.assertEqual(self.gate.names, {ACCOUNT})
        before = self.realm.said().count("AS_REQ")
        self.sync()
        # The tickets live in memory: each run fetches one for the account, with pre-authentication.
        self.assertLessEqual(self.realm.said().count("AS_REQ") - before, 2)

    def test_tickets_of_the_process_log_in(self):
        cache = os.path.join(self.folder, "tickets")
        self.realm.run("kinit", "-c", cache, "-k", "-t", self.keys, ACCOUNT)
        self.configure("ews", keys=False)
        self.environment["KRB5CCNAME"] = f"FILE:{cache}"
        self.sync()
        self.check_mailboxes()
        self.assertEqual(self.gate.names, {ACCOUNT})

    def test_keys_that_were_changed_are_not_tried_again_and_again(self):
        old = "old@AGENTUR.EXAMPLE"
        self.realm.add(old, PASSWORD)
        keys = self.realm.keytab(old, "old.keytab")
        self.realm.run("kadmin.local", "-q", f"cpw -pw Another1 {old}")
        self.configure("ews", keys=keys)
        before = self.realm.said().count("verify failure")
        self.assertIn("check exchange.keytab_file", self.text("sync", code=1))
        failed = self.realm.said().count("verify failure") - before
        # Two requests; the library asks twice in each, and again where the KDC is slow to answer.
        self.assertGreater(failed, 0)
        self.assertLessEqual(failed, 8)
        self.assertEqual(self.gate.names, set())
        # The next run does not ask again.
        before = self.realm.said().count("AS_REQ")
        self.assertIn("refused", self.error("sync"))
        self.assertEqual(self.realm.said().count("AS_REQ"), before)

    def test_without_a_ticket_it_says_how_to_get_one(self):
        self.configure("ews", keys=False)
        self.assertIn("fetch a ticket first", self.text("sync", code=1))
        self.assertEqual(self.gate.names, set())


if __name__ == "__main__":
    if kerberos_realm.missing():
        print("skipped: not installed:", *kerberos_realm.missing())
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
