"""A running `hqsync sim` for the tests of its EWS face: control, Graph, envelopes, their schema."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM = os.path.abspath(sys.argv[1])
REFERENCE = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else ""
SCHEMA = os.path.join(REFERENCE, "ews-xsd", "ews-soap.xsd")
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
USER, PASSWORD = "hqsync", "Geheim-7"


def envelope(body, impersonated="ute@agentur.example"):
    sid = (f"<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>{impersonated}"
           "</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>")
    return ('<?xml version="1.0" encoding="utf-8"?><s:Envelope '
            'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
            f'xmlns:t="{TYPES}" xmlns:m="{MESSAGES}"><s:Header>'
            f'<t:RequestServerVersion Version="Exchange2013_SP1"/>{sid}</s:Header>'
            f"<s:Body>{body}</s:Body></s:Envelope>")


GET_CONTACTS = envelope(
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>"
    '<t:DistinguishedFolderId Id="contacts"/></m:FolderIds></m:GetFolder>')


needs_schema = unittest.skipUnless(os.path.exists(SCHEMA), "skipped: no reference data")


def complaints(xml):
    """What the official schema says against an envelope. Real servers, and so the simulator, send
    notifications and the ids of lost subscriptions in the namespace of messages, which their own
    schema does not know."""
    declared = re.sub(r"(</?)m:Notification>", r"\1t:Notification>", xml)
    declared = re.sub(r"<m:ErrorSubscriptionIds>.*?</m:ErrorSubscriptionIds>",
                      lambda found: found.group(0).replace("m:SubscriptionId", "t:SubscriptionId"),
                      declared, flags=re.DOTALL)
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as file:
        file.write(declared)
        file.flush()
        run = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", SCHEMA, file.name],
                             capture_output=True, text=True, timeout=60)
    return "" if run.returncode == 0 else run.stderr


class Simulator:
    def __init__(self, folder, *options):
        password = os.path.join(folder, "password")
        with open(password, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        os.chmod(password, 0o600)
        self.process = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example",
             "--ews-user", USER, "--ews-password-file", password, *options],
            stdout=subprocess.PIPE, text=True)
        self.urls = {}
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            name, url = line.split()
            self.urls[name] = url
        if "control" not in self.urls:
            self.end()
            raise RuntimeError("the simulator did not start")
        self.address = urllib.parse.urlsplit(self.urls["control"]).netloc
        self.token = None

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.close()
        self.process.wait(30)

    def raw(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def control(self, method, path, body=None):
        status, _, text = self.raw(method, f"/sim/{path}", json.dumps(body) if body else None)
        assert status == 200, (status, text)
        return json.loads(text)

    def login(self):
        form = {"grant_type": "client_credentials", "client_id": "hqsync",
                "client_secret": "simulator", "scope": "x/.default"}
        _, _, text = self.raw("POST", "/demo/oauth2/v2.0/token", urllib.parse.urlencode(form))
        return json.loads(text)["access_token"]

    def graph(self, method, target, body=None):
        self.token = self.token or self.login()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, _, text = self.raw(method, f"/v1.0/users/ute@agentur.example/{target}",
                                   json.dumps(body) if body else None, headers)
        assert status < 300, (status, text)
        return json.loads(text) if text else None


class Case(unittest.TestCase):
    def start(self, *options):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-ews-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        simulator = Simulator(temporary.name, *options)
        self.addCleanup(simulator.end)
        return simulator


def main():
    # Only the name of the script: unittest reads the rest as names of tests.
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
