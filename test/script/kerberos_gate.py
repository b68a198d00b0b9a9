"""Kerberos in front of `hqsync sim`, which has none: whoever has logged in here is passed on with
the Basic login of his account there. What came sealed is answered sealed."""
import base64
import http.client

from kerberos_server import Handler, Server

PASSED_ON = ("content-type", "x-anchormailbox", "user-agent")
PASSED_BACK = ("content-type", "retry-after", "location")


class Passage(Handler):
    def do_POST(self):
        body, headers = self.taken(), []
        authorization = self.headers.get("Authorization")
        if authorization:
            headers = self.log_in(authorization)
        if headers is None or not (authorization or self.is_in):
            return self.refuse()
        if not self.is_in:
            return self.answer(401, b"", headers)
        if not body:
            return self.answer(200, b"", headers)
        name = str(self.context.initiator_name)
        with self.server.lock:
            self.server.names.add(name)
        if name not in self.server.logins:
            return self.answer(403, b"", headers)
        is_sealed = self.headers.get("Content-Type", "").startswith("multipart/encrypted")
        if self.server.must_seal and not is_sealed:
            return self.answer(400, b"", headers)
        soap = self.unseal(body) if is_sealed else body
        if any(word in soap for word in self.server.loses):
            return self.hang_up()
        return self.pass_on(soap, is_sealed, headers)

    def pass_on(self, body, is_sealed, headers):
        login = self.server.logins[str(self.context.initiator_name)]
        sent = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
        if is_sealed:
            sent["Content-Type"] = "application/soap+xml;charset=UTF-8"
        sent["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        simulator = http.client.HTTPConnection(self.server.simulator, timeout=200)
        try:
            simulator.request("POST", self.path, body, sent)
            reply = simulator.getresponse()
            text = reply.read()
        except http.client.RemoteDisconnected:
            return self.hang_up()
        finally:
            simulator.close()
        headers += [(name, value) for name, value in reply.getheaders()
                    if name.lower() in PASSED_BACK]
        if is_sealed and text:
            text, kind = self.sealed(text)
            headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
            headers.append(("Content-Type", kind))
        return self.answer(reply.status, text, headers)


class Gate(Server):
    """`simulator` is HOST:PORT; `logins` has "NAME:PASSWORD" there for principals here: others get
    a ticket, and Exchange lets them do nothing."""

    def __init__(self, keytab, logins, certificate=None):
        self.simulator = None
        self.logins = logins
        self.must_seal = False
        self.loses = ()  # octets: a request with one of them costs its connection
        self.names = set()
        super().__init__(Passage, keytab, certificate)
