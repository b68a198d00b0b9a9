"""What the tests of `hqsync exchange` by Kerberos share: a realm of its own (MIT's KDC, on
loopback), and in front of the simulator a server of python3-gssapi that opens what comes sealed and
seals what it answers."""
import atexit
import os
import sys

import system_python

system_python.need("gssapi", "python3-gssapi")

import kerberos_realm
from certificates import Authority
from exchange_case import MAILBOXES, PASSWORD, USER, Sessions
from kerberos_gate import Gate
from kerberos_realm import Realm

ADMIN = "admin@AGENTUR.EXAMPLE"
KERBEROS = ("KRB5_CONFIG", "KRB5CCNAME", "KRB5RCACHETYPE")


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


if kerberos_realm.missing():
    print("skipped: not installed:", *kerberos_realm.missing())
    sys.exit(77)
REALM = prepared_realm()
atexit.register(REALM.stop)
AUTHORITY, STRANGER = Authority(REALM.folder), Authority(REALM.folder, "stranger")


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
ca_file = "{AUTHORITY.file}"
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
