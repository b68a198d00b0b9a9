#!/usr/bin/env python3
"""EWS with logins by Kerberos: a real KDC (MIT's, on loopback), and in front of the simulator a
server of python3-gssapi that lets in whoever shows a ticket, a login for each connection as IIS does.
Arguments: program, reference folder, source folder."""
import base64
import http.client
import http.server
import os
import sys
import threading
import unittest
import urllib.parse

SYSTEM_PYTHON = "/usr/bin/python3"

try:
    import gssapi
except ImportError:
    if os.path.exists(SYSTEM_PYTHON) and "HQSYNC_SYSTEM_PYTHON" not in os.environ:
        os.environ["HQSYNC_SYSTEM_PYTHON"] = "tried"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", *sys.argv])
    print("skipped: python3-gssapi is not installed")
    sys.exit(77)

import agency
import kerberos_realm
from agency import ANNA, BEN, EWS_USER, OnPremises
from kerberos_realm import Realm

ACCOUNT, PASSWORD = "hqsync@AGENTUR.EXAMPLE", "Only4Tests"


class Gate(http.server.BaseHTTPRequestHandler):
    """Passes on what comes over a connection that has logged in, as the service account."""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def setup(self):
        super().setup()
        self.context = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        authorization = self.headers.get("Authorization", "")
        token = None
        if authorization.startswith("Negotiate "):
            token = self.step(base64.b64decode(authorization.split()[1]))
        if self.context is None or not self.context.complete:
            server.refused += bool(authorization)
            return self.answer(401, b"", [("WWW-Authenticate", "Negotiate")])
        with server.lock:
            server.names.add(str(self.context.initiator_name))
        simulator = http.client.HTTPConnection(*server.simulator, timeout=30)
        login = base64.b64encode(f"{EWS_USER}:geheim-1".encode()).decode()
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() in ("content-type", "x-anchormailbox", "user-agent")}
        simulator.request("POST", self.path, body, {**headers, "Authorization": f"Basic {login}"})
        reply = simulator.getresponse()
        found = [(name, value) for name, value in reply.getheaders()
                 if name.lower() in ("content-type", "retry-after")]
        if token:
            found.append(("WWW-Authenticate", f"Negotiate {base64.b64encode(token).decode()}"))
        self.answer(reply.status, reply.read(), found)
        return simulator.close()

    def step(self, token):
        self.context = gssapi.SecurityContext(creds=self.server.credentials, usage="accept")
        try:
            answer = self.context.step(token)
            return answer if self.context.complete else None
        except gssapi.exceptions.GSSError:
            self.context = None
            return None

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


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
        self.gate = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
        self.gate.daemon_threads = True
        self.gate.lock, self.gate.names, self.gate.refused = threading.Lock(), set(), 0
        self.gate.credentials = gssapi.Credentials(usage="accept",
                                                   store={"keytab": self.service_keys})
        threading.Thread(target=self.gate.serve_forever, daemon=True).start()
        self.addCleanup(self.close_gate)
        super().setUp()
        self.environment.update(
            {name: self.realm.environment[name] for name in ("KRB5_CONFIG", "KRB5CCNAME")})

    def close_gate(self):
        self.gate.shutdown()
        self.gate.server_close()

    def configure(self, api, keys=None):
        parts = urllib.parse.urlsplit(self.url)
        self.gate.simulator = (parts.hostname, parts.port)
        lines = "" if keys is False else f'keytab_file = "{keys or self.keys}"\n'
        self.write("hqsync.toml",
                   '[hq]\ndatabase = "hq.db"\n[exchange]\napi = "ews"\nauth = "negotiate"\n'
                   f'ews_url = "http://localhost:{self.gate.server_address[1]}/EWS/Exchange.asmx"\n'
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
