#!/usr/bin/env python3
"""The simulator's PowerShell endpoint over real sockets: Debian's python3-winrm, recordings of real
servers replayed, faults on demand, rights that are enforced, and the REST way of Exchange Online.
Arguments: program, reference folder, source folder."""
import base64
import ctypes
import http.client
import json
import os
import re
import sys
import unittest
import urllib.parse

import system_python

system_python.need("winrm", "python3-winrm")

import winrm.protocol
from winrm.exceptions import InvalidCredentialsError, WinRMError

from ews_simulator import GET_CONTACTS, PASSWORD, REFERENCE, USER, Case, main
from psrp_client import STOP, Answer, Client, Messages, fragment, fragments, recording

# NTLM needs MD4, which OpenSSL 3 keeps in a provider of its own.
for provider in (b"default", b"legacy"):
    ctypes.CDLL("libcrypto.so.3").OSSL_PROVIDER_load(None, provider)

HAS_RECORDINGS = os.path.isdir(os.path.join(REFERENCE, "psrp-transcripts", "pypsrp"))


class PowerShell(Case):
    def client(self, simulator, password=PASSWORD):
        client = Client(simulator.urls["powershell"], USER, password)
        self.addCleanup(client.close)
        return client

    def report(self, simulator):
        return simulator.control("GET", "powershell")

    def make(self, simulator, *names):
        for name in names:
            simulator.control("POST", "recipients", {"address": f"{name}@agentur.example"})


class Winrm(PowerShell):
    def protocol(self, simulator, transport="basic", password=PASSWORD):
        return winrm.protocol.Protocol(
            endpoint=simulator.urls["powershell"], transport=transport, username=USER,
            password=password, message_encryption="never", operation_timeout_sec=5,
            read_timeout_sec=10)

    def test_it_opens_and_closes_shells_with_either_login(self):
        simulator = self.start()
        for transport in ("basic", "ntlm"):
            with self.subTest(transport):
                client = self.protocol(simulator, transport)
                shell = client.open_shell()
                shells = self.report(simulator)["shells"]
                self.assertEqual([one["id"] for one in shells], [shell])
                self.assertEqual(shells[0]["user"], f"AGENTUR\\{USER}")
                client.close_shell(shell)
                self.assertEqual(self.report(simulator)["shells"], [])
        self.assertEqual(simulator.control("GET", "counters")["bad_logins"], 0)

    def test_a_wrong_password_is_refused_and_counted(self):
        simulator = self.start()
        for transport in ("basic", "ntlm"):
            with self.assertRaises(InvalidCredentialsError):
                self.protocol(simulator, transport, "wrong").open_shell()
        self.assertGreaterEqual(simulator.control("GET", "counters")["bad_logins"], 2)

    def test_an_unknown_shell_is_a_fault_that_it_understands(self):
        client = self.protocol(self.start())
        with self.assertRaises(WinRMError) as caught:
            client.close_shell("00000000-0000-0000-0000-000000000001")
        self.assertIn("2150858843", str(caught.exception))
        self.assertIn("InvalidSelectors", str(caught.exception))

    def test_it_runs_the_whole_course_of_a_command(self):
        client = self.protocol(self.start())
        shell = client.open_shell()
        command = client.run_command(shell, "ipconfig", ["/all"])
        output, errors, code = client.get_command_output(shell, command)
        self.assertEqual((output, code), (b"", 1))
        self.assertIn(b"runs no programs", errors)
        client.cleanup_command(shell, command)
        client.close_shell(shell)

    def test_it_hears_of_the_limit_of_shells(self):
        simulator = self.start()
        client = self.protocol(simulator)
        shells = [client.open_shell() for _ in range(18)]
        with self.assertRaises(WinRMError) as caught:
            client.open_shell()
        self.assertIn("2150859173", str(caught.exception))
        self.assertIn("maximum number of 18 concurrent shells", str(caught.exception))
        for shell in shells:
            client.close_shell(shell)
        client.open_shell()


@unittest.skipUnless(HAS_RECORDINGS, "skipped: no reference data")
class Replay(PowerShell):
    """What another client was recorded to send to Windows is sent to the simulator; the answers
    must mean the same. Only resource, shell and names of commands are adapted."""

    def replay(self, name, adapt=lambda text: text, before=lambda simulator, at: None):
        simulator = self.start()
        self.make(simulator, "anna")
        client = self.client(simulator)
        ours, theirs = {}, {}
        heard = {"ours": Messages(), "theirs": Messages()}
        shell = None
        pairs = recording(REFERENCE, name)
        self.assertGreater(len(pairs), 2)
        for at, (request, response) in enumerate(pairs):
            before(simulator, at)
            request = self.adapted(request, adapt)
            recorded_shell = re.search(r'Name="ShellId">([^<]*)<', request)
            if recorded_shell and shell:
                request = request.replace(recorded_shell.group(1), shell)
            wanted = self.answer_of(response)
            stream = re.search(r"<rsp:DesiredStream(?: CommandId=\"([^\"]*)\")?", request)
            key = (stream.group(1) or "pool") if stream else None
            if key is not None and not wanted.code:
                self.note(theirs, key, wanted, heard["theirs"])
                if len(ours.get(key, [])) >= len(theirs[key]):
                    continue  # Ours came in fewer answers.
            answer = client.post(request)
            with self.subTest(f"{name} {at}"):
                self.assertEqual(answer.action, wanted.action)
                self.assertEqual(answer.status, 500 if wanted.code else 200)
                self.assertEqual((answer.code, answer.subcode), (wanted.code, wanted.subcode))
                self.assertEqual(answer.relates_to,
                                 re.search(r"MessageID>([^<]*)<", request).group(1))
            created = answer.first(r'<w:Selector Name="ShellId">([^<]*)<')
            shell = created or shell
            if key is not None and not wanted.code:
                self.note(ours, key, answer, heard["ours"])
                while len(ours[key]) < len(theirs[key]):
                    more = client.post(request)
                    self.assertEqual((more.status, more.code), (200, None), f"{name} {at}")
                    self.note(ours, key, more, heard["ours"])
        return ours, theirs

    def answer_of(self, text):
        return Answer(0, {}, text)

    def note(self, all_heard, key, answer, messages):
        lines = all_heard.setdefault(key, [])
        for octets in answer.streams():
            lines += list(messages.feed(octets))
        if answer.state:
            lines.append(("CommandState", answer.state))

    def adapted(self, request, adapt):
        def again(found):
            try:
                data = base64.b64decode(found.group(1))
                parts = list(fragments(data))
            except Exception:  # noqa: no fragments in it
                return found.group(0)
            made = b""
            for number, part, flags, blob in parts:
                text = adapt(blob[40:].decode("utf-8", "surrogateescape"))
                made += fragment(number, blob[:40] + text.encode("utf-8", "surrogateescape"))
                if part != 0 or flags != 3:
                    return found.group(0)
            return f">{base64.b64encode(made).decode()}<"

        request = re.sub(r"schemas.microsoft.com/powershell/[\w.]+<",
                         "schemas.microsoft.com/powershell/Microsoft.Exchange<", request)
        return re.sub(r">([A-Za-z0-9+/=]{60,})<", again, request)

    def test_a_pool_is_opened_and_deleted(self):
        ours, theirs = self.replay("test_psrp_open_runspace")
        self.assertEqual(ours, theirs)

    def test_the_runspaces_of_a_pool_are_counted(self):
        ours, theirs = self.replay("test_psrp_set_runspaces")
        self.assertEqual(ours, theirs)

    def test_a_restricted_session_runs_commands_and_refuses_scripts(self):
        def adapt(text):
            text = text.replace('N="Cmd">Get-Item<', 'N="Cmd">Get-Mailbox<')
            text = text.replace('N="N">Path<', 'N="N">Identity<')
            return text.replace("V\">WSMan:\\localhost\\Service\\AllowUnencrypted<", "V\">anna<")

        ours, theirs = self.replay("test_psrp_with_jea_configuration", adapt)
        self.assertEqual(list(ours), list(theirs))
        for key, messages in theirs.items():
            self.assertEqual([kind for kind, _ in ours[key]], [kind for kind, _ in messages])
        last = list(theirs)[-1]
        wanted = re.findall(r'N="(?:FullyQualifiedErrorId|PipelineState|ErrorCategory_\w+)">([^<]*)',
                            theirs[last][-2][1])
        self.assertIn("ScriptsNotAllowed", wanted)
        self.assertEqual(re.findall(
            r'N="(?:FullyQualifiedErrorId|PipelineState|ErrorCategory_\w+)">([^<]*)',
            ours[last][-2][1]), wanted)

    def test_commands_are_told_with_their_parameters(self):
        def adapt(text):
            return re.sub(r"<LST><S>[^<]*</S>", "<LST><S>get-mailbox*</S>", text)

        ours, theirs = self.replay_metadata(adapt)
        for key in theirs:
            if key == "pool":
                continue
            outputs = [text for _, text in ours[key][:-2]]
            self.assertIn(f'N="Count">{len(outputs) - 1}<', outputs[0])
            self.assertEqual(ours[key][-2:], theirs[key][-2:])
            self.assertIn("Get-MailboxFolderStatistics", "".join(outputs))

    def replay_metadata(self, adapt):
        simulator = self.start()
        client = self.client(simulator)
        ours, theirs, shell = {}, {}, None
        for request, response in recording(REFERENCE, "test_psrp_get_command_metadata"):
            request = self.adapted(request, adapt)
            if shell:
                old = re.search(r'Name="ShellId">([^<]*)<', request).group(1)
                request = request.replace(old, shell)
            stream = re.search(r"<rsp:DesiredStream(?: CommandId=\"([^\"]*)\")?", request)
            answer = client.post(request)
            self.assertEqual(answer.status, 200)
            shell = answer.first(r'<w:Selector Name="ShellId">([^<]*)<') or shell
            if stream:
                key = stream.group(1) or "pool"
                self.note(theirs, key, self.answer_of(response), Messages())
                self.note(ours, key, answer, Messages())
        return ours, theirs

    def test_a_receive_for_no_command_is_the_same_fault(self):
        self.replay("test_psrp_receive_failure")

    def test_a_shell_that_has_gone_is_the_same_fault(self):
        def expire(simulator, at):
            if at == 4:
                simulator.control("DELETE", "powershell/shells")

        self.replay("test_psrp_is_alive_invalid_selectors", before=expire)

    def test_winrs_meets_the_same_faults(self):
        pairs = recording(REFERENCE, "test_winrs_bad_cmd_id")
        simulator = self.start()
        client = self.client(simulator)
        ids = {}
        for at, (request, response) in enumerate(pairs):
            for old, new in ids.items():
                request = request.replace(old, new)
            wanted, answer = self.answer_of(response), client.post(request)
            with self.subTest(at):
                self.assertEqual((answer.action, answer.code, answer.subcode, answer.text),
                                 (wanted.action, wanted.code, wanted.subcode, wanted.text))
            for pattern in (r'Name="ShellId">([^<]*)<', r"<rsp:CommandId>([^<]*)<"):
                if wanted.first(pattern):
                    ids[wanted.first(pattern)] = answer.first(pattern)


class Trouble(PowerShell):
    def test_a_slow_cmdlet_lets_receives_time_out_until_it_answers(self):
        simulator = self.start()
        simulator.control("POST", "faults", {"kind": "cmdlet_delay", "contains": "Get-AcceptedDomain",
                                             "milliseconds": 1500, "count": 1})
        client = self.client(simulator)
        client.create()
        command, _ = client.begin("Get-AcceptedDomain")
        codes = []
        while True:
            answer = client.receive(command, "PT0.5S")
            if answer.state == "Done":
                break
            codes.append((answer.status, answer.subcode, answer.code))
        self.assertGreaterEqual(len(codes), 2)
        self.assertEqual(set(codes), {(500, "w:TimedOut", "2150858793")})

    def test_a_running_pipeline_is_stopped(self):
        simulator = self.start()
        simulator.control("POST", "faults", {"kind": "cmdlet_delay", "milliseconds": 60000})
        client = self.client(simulator)
        client.create()
        command, _ = client.begin("Get-AcceptedDomain")
        self.assertEqual(client.signal(command, STOP).status, 200)
        answer = client.receive(command)
        self.assertEqual(answer.state, "Done")
        text = "".join(text for octets in answer.streams() for _, text in Messages().feed(octets))
        self.assertIn('N="PipelineState">3<', text)

    def test_a_connection_is_dropped_in_the_middle_of_a_pipeline(self):
        simulator = self.start()
        client = self.client(simulator)
        client.create()
        command, _ = client.begin("Get-AcceptedDomain")
        simulator.control("POST", "faults", {"kind": "drop", "contains": "shell/Receive", "count": 1})
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            client.receive(command)
        client.close()
        self.assertEqual(client.receive(command).state, "Done")
        self.assertEqual(len(self.report(simulator)["shells"]), 1)

    def test_faults_come_on_demand(self):
        simulator = self.start()
        client = self.client(simulator)
        simulator.control("POST", "faults", {"kind": "wsman_fault", "code": "2150859173", "count": 1})
        refused = client.create()
        self.assertEqual((refused.status, refused.subcode, refused.code),
                         (500, "w:QuotaLimit", "2150859173"))
        simulator.control("POST", "faults", {"kind": "status", "status": 503, "count": 1,
                                             "path": "/PowerShell"})
        self.assertEqual(client.create().status, 503)
        self.assertEqual(client.create().status, 200)
        simulator.control("POST", "faults", {"kind": "cmdlet_error", "contains": "Get-Mailbox",
                                             "code": "Microsoft.Exchange.Data.Directory.ADTransientException",
                                             "place": "fault", "count": 1})
        simulator.control("POST", "faults", {"kind": "cmdlet_warning", "code": "Careful.", "count": 1})
        output, warnings, errors, state = client.run("Get-Mailbox")
        self.assertEqual((output, state), ([], 5))
        self.assertIn("ADTransientException", errors[0])
        self.assertIn("Careful.", warnings[0])
        self.assertEqual(client.run("Get-Mailbox")[3], 4)

    def test_create_is_redirected_when_told_so(self):
        simulator = self.start()
        elsewhere = "https://elsewhere.example/PowerShell/"
        simulator.control("POST", "powershell", {"redirect": elsewhere, "redirects": 1})
        client = self.client(simulator)
        answer = client.create()
        self.assertEqual((answer.status, answer.headers["Location"]), (302, elsewhere))
        self.assertEqual(client.create().status, 200)

    def test_an_idle_shell_ends_on_the_simulators_clock(self):
        simulator = self.start()
        client = self.client(simulator)
        client.create()
        # The clock also goes by itself: a slow machine must not take the last seconds away.
        simulator.control("POST", "clock", {"advance_seconds": 750})
        self.assertEqual(len(self.report(simulator)["shells"]), 1)
        simulator.control("POST", "clock", {"advance_seconds": 150})
        self.assertEqual(self.report(simulator)["shells"], [])
        self.assertEqual(client.delete().code, "2150858843")
        self.assertEqual(self.report(simulator)["counters"]["expired"], 1)

    def test_limits_are_set(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"shells": 2, "shell_commands": 1})
        client = self.client(simulator)
        client.create()
        client.begin("Get-User")
        self.assertEqual(client.begin("Get-User")[1].code, "2150859241")
        client.create()
        self.assertEqual(client.create().code, "2150859173")

    def test_only_soap_over_post_is_read(self):
        simulator = self.start()
        client = self.client(simulator)
        self.assertEqual(client.post("").status, 200)
        answer = client.post("<a/>", **{"Content-Type": "text/xml"})
        self.assertEqual(answer.status, 415)
        encrypted = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted"'
        self.assertEqual(client.post("x", **{"Content-Type": encrypted}).status, 415)
        self.assertEqual(client.post("x" * 512_001).status, 413)
        status, headers, _ = simulator.raw("POST", "/powershell/", "x")
        self.assertEqual(status, 401)
        self.assertEqual([line.split()[0] for line in headers.get_all("WWW-Authenticate")],
                         ["NTLM", "Basic"])
        status, _, _ = simulator.raw("GET", "/PowerShell/", headers=client.headers)
        self.assertEqual(status, 405)


class Rights(PowerShell):
    def impersonate(self, simulator, name):
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        body = GET_CONTACTS.replace("ute@agentur.example", f"{name}@agentur.example")
        return simulator.raw("POST", "/EWS/Exchange.asmx", body,
                             {"Authorization": f"Basic {token}", "Content-Type": "text/xml"})[2]

    def test_impersonation_reaches_only_mailboxes_in_scope(self):
        simulator = self.start()
        self.make(simulator, "anna", "bert")
        simulator.control("POST", "recipients", {"address": "anna@agentur.example",
                                                 "CustomAttribute1": "HQ"})
        self.assertIn("NoError", self.impersonate(simulator, "bert"))
        simulator.control("POST", "powershell", {"enforce_rights": True})
        self.assertIn("ErrorImpersonateUserDenied", self.impersonate(simulator, "anna"))
        client = self.client(simulator)
        client.create()
        client.run(("New-ManagementScope", {"Name": "HQ", "RecipientRestrictionFilter":
                                            "CustomAttribute1 -eq 'HQ'"}))
        output, _, errors, state = client.run(
            ("New-ManagementRoleAssignment", {"Name": "HQ sync", "Role": "ApplicationImpersonation",
                                              "User": USER, "CustomRecipientWriteScope": "HQ"}))
        self.assertEqual((len(output), errors, state), (1, [], 4))
        self.assertIn("NoError", self.impersonate(simulator, "anna"))
        self.assertIn("ErrorImpersonateUserDenied", self.impersonate(simulator, "bert"))
        client.run(("Remove-ManagementRoleAssignment", {"Identity": "HQ sync", "Confirm": False}))
        self.assertIn("ErrorImpersonateUserDenied", self.impersonate(simulator, "anna"))
        client.delete()

    def test_folders_are_counted_as_graph_filled_them(self):
        simulator = self.start()
        simulator.graph("POST", "contacts", {"givenName": "Kim"})
        client = self.client(simulator)
        client.create()
        output = client.run("Get-Mailbox", ("Get-MailboxFolderStatistics",
                                            {"FolderScope": "Contacts"}))[0]
        self.assertIn('N="ItemsInFolder">1<', output[0])
        self.assertIn('N="FolderPath">/Contacts<', output[0])


class Online(PowerShell):
    def token(self, simulator, resource):
        form = {"grant_type": "client_credentials", "client_id": "hqsync",
                "client_secret": "simulator", "scope": f"{resource}/.default"}
        _, _, text = simulator.raw("POST", "/demo/oauth2/v2.0/token", urllib.parse.urlencode(form))
        return json.loads(text)["access_token"]

    def invoke(self, simulator, name, parameters=None, resource="https://outlook.office365.com"):
        body = {"CmdletInput": {"CmdletName": name, "Parameters": parameters or {}}}
        connection = http.client.HTTPConnection(simulator.address, timeout=30)
        connection.request("POST", "/adminapi/beta/demo/InvokeCommand", json.dumps(body),
                           {"Authorization": f"Bearer {self.token(simulator, resource)}",
                            "X-AnchorMailbox": "UPN:anna@agentur.example"})
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        return answer.status, answer.headers, octets

    def values(self, *asked):
        status, _, octets = self.invoke(*asked)
        self.assertEqual(status, 200, octets)
        return json.loads(octets)["value"]

    def test_tokens_for_another_resource_are_refused(self):
        simulator = self.start()
        self.assertEqual(self.invoke(simulator, "Get-AcceptedDomain")[0], 200)
        status, headers, _ = self.invoke(simulator, "Get-AcceptedDomain",
                                         resource="https://graph.microsoft.com")
        self.assertEqual(status, 401)
        self.assertIn("Bearer", headers["WWW-Authenticate"])

    def test_throttling_comes_on_demand(self):
        simulator = self.start()
        simulator.control("POST", "faults", {"kind": "status", "status": 429, "retry_after": 7,
                                             "path": "/adminapi/", "count": 1})
        status, headers, _ = self.invoke(simulator, "Get-AcceptedDomain")
        self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(self.values(simulator, "Get-AcceptedDomain")[0]["DomainName"],
                         "agentur.example")

    def test_an_unknown_command_is_octets_of_zero(self):
        status, _, octets = self.invoke(self.start(), "Get-Mailbx")
        self.assertEqual((status, octets.strip(b"\0")), (403, b""))
        self.assertGreater(len(octets), 0)

    def test_graph_reaches_only_mailboxes_that_the_application_may_use(self):
        simulator = self.start()
        self.make(simulator, "anna", "ute")
        simulator.control("POST", "powershell", {"enforce_rights": True})
        app, object_id = "hqsync", "bbbbbbbb-0000-4000-8000-000000000002"
        token = self.token(simulator, "https://graph.microsoft.com")

        def status(name, method="GET", body=None):
            return simulator.raw(method, f"/v1.0/users/{name}@agentur.example/contacts", body,
                                 {"Authorization": f"Bearer {token}",
                                  "Content-Type": "application/json"})[0]

        self.assertEqual(status("anna"), 403)
        refused, _, octets = self.invoke(simulator, "New-ServicePrincipal",
                                         {"AppId": app, "ObjectId": object_id})
        self.assertEqual(refused, 400, "an AppId is a GUID")
        self.assertIn(b"Cannot process argument transformation on parameter 'AppId'", octets)


class OnlineApplication(Online):
    APP = "aaaaaaaa-0000-4000-8000-000000000001"
    OBJECT = "bbbbbbbb-0000-4000-8000-000000000002"

    def token(self, simulator, resource):
        form = {"grant_type": "client_credentials", "client_id": self.APP,
                "client_secret": "simulator", "scope": f"{resource}/.default"}
        _, _, text = simulator.raw("POST", "/demo/oauth2/v2.0/token", urllib.parse.urlencode(form))
        return json.loads(text)["access_token"]

    def start(self, *options):
        return super().start("--client-id", self.APP, *options)

    def test_graph_reaches_only_mailboxes_that_the_application_may_use(self):
        simulator = self.start()
        self.make(simulator, "anna", "bert")
        simulator.control("POST", "powershell", {"enforce_rights": True})
        token = self.token(simulator, "https://graph.microsoft.com")

        def status(name, method="GET", body=None):
            return simulator.raw(method, f"/v1.0/users/{name}@agentur.example/contacts", body,
                                 {"Authorization": f"Bearer {token}",
                                  "Content-Type": "application/json"})[0]

        self.assertEqual(status("anna"), 403)
        self.values(simulator, "New-ServicePrincipal", {"AppId": self.APP, "ObjectId": self.OBJECT})
        self.values(simulator, "New-ManagementScope",
                    {"Name": "HQ", "RecipientRestrictionFilter": "Alias -eq 'anna'"})
        self.values(simulator, "New-ManagementRoleAssignment",
                    {"App": self.OBJECT, "Role": "Application Contacts.Read",
                     "CustomResourceScope": "HQ", "Name": "read"})
        self.assertEqual((status("anna"), status("bert")), (200, 403))
        self.assertEqual(status("anna", "POST", '{"givenName":"Kim"}'), 403)
        self.values(simulator, "New-ManagementRoleAssignment",
                    {"App": self.OBJECT, "Role": "Application Contacts.ReadWrite",
                     "CustomResourceScope": "HQ", "Name": "write"})
        self.assertEqual(status("anna", "POST", '{"givenName":"Kim"}'), 201)
        tested = self.values(simulator, "Test-ServicePrincipalAuthorization",
                             {"Identity": self.OBJECT, "Resource": "bert"})
        self.assertEqual({one["InScope"] for one in tested}, {"False"})


if __name__ == "__main__":
    main()
