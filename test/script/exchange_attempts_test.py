#!/usr/bin/env python3
"""One wrong password or key of `hqsync exchange` is one failed attempt at the KDCs of the realm, whatever
they are named in krb5.conf, and a timer that repeats it makes no more."""
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import unittest

import kerberos_realm
from kerberos_realm import Realm, free_port, tool

PROGRAM = os.path.abspath(sys.argv[1])
USER = "admin@AGENTUR.EXAMPLE"


class KerberosOnly(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Kerberos")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Attempts(unittest.TestCase):
    def setUp(self):
        self.realm = Realm()
        self.addCleanup(self.realm.stop)
        self.realm.add(USER, "Only4Tests")
        self.realm.add("HTTP/localhost")
        self.realm.start()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KerberosOnly)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory(prefix="hqsync-attempts-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = dict(self.realm.environment)
        self.write("x", "of the sync, not used here")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start_primary(self):
        """A second KDC, named as the primary one. At another address: that is how it is known."""
        port = free_port()
        with open(self.realm.path("kdc.conf"), encoding="utf-8") as file:
            profile = file.read().replace(f"127.0.0.1:{self.realm.port}", f"127.0.0.2:{port}")
        environment = dict(self.realm.environment,
                           KRB5_KDC_PROFILE=self.realm.write("primary.conf", profile))
        primary = subprocess.Popen([tool("krb5kdc"), "-n"], env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(primary.wait, 10)
        self.addCleanup(primary.terminate)
        with open(self.realm.write_client("two.conf"), encoding="utf-8") as file:
            client = file.read()
        kdc = f"kdc = 127.0.0.1:{self.realm.port}\n"
        self.environment["KRB5_CONFIG"] = self.realm.write(
            "two.conf", client.replace(kdc, kdc + f"        primary_kdc = 127.0.0.2:{port}\n"))

    def refused(self, login):
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://127.0.0.1:9/EWS/Exchange.asmx"
user = "x"
password_file = "x"
[exchange.management]
uri = "http://localhost:{self.server.server_port}/PowerShell/"
auth = "kerberos"
user = "admin@agentur.example"
{login}
[state]
database = "state.db"
""")
        done = subprocess.run([PROGRAM, "exchange", "run", "Get-Mailbox"], cwd=self.folder,
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("login.refused", done.stderr)
        return done.stderr

    def failures(self):
        return self.realm.said().count("PREAUTH_FAILED: " + USER)

    def test_a_wrong_password_is_not_taken_to_the_primary_kdc_too(self):
        self.start_primary()
        self.write("password", "wrong")
        self.assertIn("wrong password", self.refused('password_file = "password"'))
        self.assertEqual(self.failures(), 1)

    def test_nor_are_keys_of_yesterday(self):
        self.start_primary()
        keys = self.realm.keytab(USER, "user.keytab")
        self.realm.run("kadmin.local", "-q", f"cpw -pw Another4Tests {USER}")
        self.refused(f'keytab_file = "{keys}"')
        self.assertEqual(self.failures(), 1)

    def test_a_timer_repeats_neither_passwords_nor_keys(self):
        keys = self.realm.keytab(USER, "user.keytab")
        self.realm.run("kadmin.local", "-q", f"cpw -pw Another4Tests {USER}")
        self.write("password", "wrong")
        for count, login in ((1, 'password_file = "password"'), (2, f'keytab_file = "{keys}"')):
            self.refused(login)
            self.assertIn("refused this login", self.refused(login))
            self.assertEqual(self.failures(), count)


if __name__ == "__main__":
    if kerberos_realm.missing():
        print("skipped: not installed:", *kerberos_realm.missing())
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
