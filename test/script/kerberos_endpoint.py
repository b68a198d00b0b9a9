"""WS-Management behind Kerberos as WinRM speaks it, with answers that are always the same.

Behaviour is chosen by attributes that a test sets (`drops`, `boundary`, `schemes`)."""
import base64
import re
import threading

from kerberos_server import SOAP, Handler, Server

ENVELOPE = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
            '<a:RelatesTo xmlns:a="a">{id}</a:RelatesTo></s:Header><s:Body>{body}</s:Body>'
            '</s:Envelope>')
CREATED = ('<x:ResourceCreated xmlns:x="x"><R><S/></R></x:ResourceCreated>'
           '<r:Shell xmlns:r="r"><r:ShellId>SERVERS-ID</r:ShellId></r:Shell>')


class Shells(Handler):
    def do_POST(self):
        body = self.taken()
        server, number = self.server, len(self.server.requests)
        if server.redirect:
            return self.answer(302, b"", [("Location", server.redirect)])
        if server.says_plain and body:
            return self.answer(200, ENVELOPE.format(id="", body=CREATED).encode(),
                               [("Content-Type", SOAP)])
        authorization = self.headers.get("Authorization")
        if authorization:
            return self.answer_login(self.log_in(authorization))
        if not self.is_in:
            return self.refuse()
        if number in server.drops:
            return self.hang_up()
        soap = body if server.tls else self.unseal(body)
        return self.reply(soap.decode())

    def answer_login(self, headers):
        if headers is None:
            return self.refuse()
        if self.server.hides_token:
            headers = []
        if self.server.closes:
            self.close_connection = True
            headers.append(("Connection", "close"))
        return self.answer(200 if self.is_in else 401, b"", headers)

    def reply(self, soap):
        action = re.search("<wsa:Action[^>]*>([^<]*)<", soap)[1].rsplit("/", 1)[-1]
        message = re.search("<wsa:MessageID>([^<]*)<", soap)[1]
        self.server.actions.append(action)
        body = getattr(self, f"on_{action.lower()}")(soap)
        text = ENVELOPE.format(id=message, body=body).encode()
        if self.server.tls:
            return self.answer(200, text, [("Content-Type", SOAP)])
        text, kind = self.sealed(text)
        return self.answer(200, text, [("Content-Type", kind)])

    def on_create(self, _):
        return CREATED

    def on_command(self, _):
        return "<r:CommandResponse xmlns:r='r'><r:CommandId>SERVERS-C</r:CommandId></r:CommandResponse>"

    def on_send(self, soap):
        octets = base64.b64decode(re.search("<rsp:Stream[^>]*>([^<]*)<", soap)[1])
        self.server.received.append(octets)
        return "<r:SendResponse xmlns:r='r'/>"

    def on_receive(self, _):
        if self.server.waits_for_signal:
            assert self.server.signalled.wait(10)
        octets = base64.b64encode(self.server.output).decode()
        return (f"<r:ReceiveResponse xmlns:r='r'><r:Stream Name='stdout'>{octets}</r:Stream>"
                "<r:CommandState State='x/CommandState/Done'/></r:ReceiveResponse>")

    def on_signal(self, _):
        self.server.signalled.set()
        return "<r:SignalResponse xmlns:r='r'/>"

    def on_delete(self, _):
        return ""

    def answer(self, status, body, headers):
        super().answer(status, body, headers)
        if len(self.server.requests) in self.server.quits:
            self.close_connection = True


class Endpoint(Server):
    def __init__(self, keytab, certificate=None):
        self.redirect = None
        self.closes = self.says_plain = self.hides_token = self.waits_for_signal = False
        self.drops = set()  # by number of the request: the connection breaks without an answer
        self.quits = set()  # the same: it ends behind the answer, unannounced
        self.output = b"output"
        self.actions, self.received = [], []
        self.signalled = threading.Event()
        super().__init__(Shells, keytab, certificate)
