"""An HTTP server that speaks WS-Management behind Kerberos as WinRM does: a login for each
connection, messages in multipart/encrypted. Written on python3-gssapi, from the protocol's facts.

Behaviour is chosen by attributes that a test sets (`faults`, `boundary`, `schemes`)."""
import base64
import http.server
import re
import ssl
import struct
import threading

import gssapi
from gssapi.raw import IOV, IOVBufferType, unwrap_iov, wrap_iov

ENVELOPE = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
            '<a:RelatesTo xmlns:a="a">{id}</a:RelatesTo></s:Header><s:Body>{body}</s:Body>'
            '</s:Envelope>')
CREATED = ('<x:ResourceCreated xmlns:x="x"><R><S/></R></x:ResourceCreated>'
           '<r:Shell xmlns:r="r"><r:ShellId>SERVERS-ID</r:ShellId></r:Shell>')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def setup(self):
        super().setup()
        self.context = None
        self.scheme = None
        with self.server.lock:
            self.server.connections += 1

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.requests.append((dict(self.headers), body))
            number = len(self.server.requests)
        endpoint = self.server.endpoint
        if endpoint.redirect:
            return self.answer(302, b"", [("Location", endpoint.redirect)])
        if endpoint.says_plain and body:
            return self.answer(200, ENVELOPE.format(id="", body=CREATED).encode(),
                               [("Content-Type", "application/soap+xml;charset=UTF-8")])
        authorization = self.headers.get("Authorization")
        if authorization:
            return self.log_in(authorization)
        if self.context is None or not self.context.complete:
            return self.refuse()
        if endpoint.drops and number in endpoint.drops:
            self.close_connection = True
            self.connection.shutdown(2)
            return None
        soap = body if endpoint.tls else self.unseal(body)
        return self.reply(soap.decode())

    def refuse(self):
        self.answer(401, b"", [("WWW-Authenticate", scheme)
                               for scheme in self.server.endpoint.schemes])

    def log_in(self, authorization):
        self.scheme, token = authorization.split(" ", 1)
        if self.context is None:
            self.context = gssapi.SecurityContext(creds=self.server.endpoint.credentials,
                                                  usage="accept")
        try:
            token = self.context.step(base64.b64decode(token))
            done = self.context.complete  # gssapi may raise only here what step found
        except gssapi.exceptions.GSSError as error:
            self.server.endpoint.errors.append(str(error))
            self.context = None
            return self.refuse()
        headers = []
        if token and not self.server.endpoint.hides_token:
            text = f"{self.scheme} {base64.b64encode(token).decode()}"
            headers = [("WWW-Authenticate", text)]
        if self.server.endpoint.closes:
            self.close_connection = True
            headers.append(("Connection", "close"))
        return self.answer(200 if done else 401, b"", headers)

    def unseal(self, body):
        protocol = "Kerberos" if self.scheme == "Kerberos" else "SPNEGO"
        kind = self.headers["Content-Type"]
        assert kind == (f'multipart/encrypted;protocol="application/HTTP-{protocol}-session-'
                        'encrypted";boundary="Encrypted Boundary"'), kind
        head, _, rest = body.partition(b"application/octet-stream\r\n")
        assert f"Content-Type: application/HTTP-{protocol}-session-encrypted".encode() in head
        length = int(re.search(rb"Length=(\d+)", head)[1])
        assert rest.endswith(b"--Encrypted Boundary--\r\n")
        rest = rest[:-len(b"--Encrypted Boundary--\r\n")]
        size, = struct.unpack("<I", rest[:4])
        header, data = rest[4:4 + size], rest[4 + size:]
        assert len(data) == length, (len(data), length)
        message = IOV((IOVBufferType.header, False, header), data, std_layout=False)
        result = unwrap_iov(self.context, message)
        assert result.encrypted
        return message[1].value

    def seal(self, text):
        message = IOV(IOVBufferType.header, text, IOVBufferType.padding, std_layout=False)
        assert wrap_iov(self.context, message, confidential=True)
        header = message[0].value
        data = message[1].value + (message[2].value or b"")
        if self.server.endpoint.tampers:
            data = data[:-1] + bytes([data[-1] ^ 1])
        protocol = "Kerberos" if self.scheme == "Kerberos" else "SPNEGO"
        kind = f"application/HTTP-{protocol}-session-encrypted"
        mark = self.server.endpoint.boundary
        return (f"{mark}\r\n\tContent-Type: {kind}\r\n\tOriginalContent: type=application/soap+xml;"
                f"charset=UTF-8;Length={len(data)}\r\n{mark}\r\n\tContent-Type: application/"
                "octet-stream\r\n").encode() + struct.pack("<I", len(header)) + header + data + \
            f"{mark}--\r\n".encode(), (f'multipart/encrypted;protocol="{kind}";'
                                       'boundary="Encrypted Boundary"')

    def reply(self, soap):
        action = re.search("<wsa:Action[^>]*>([^<]*)<", soap)[1].rsplit("/", 1)[-1]
        message = re.search("<wsa:MessageID>([^<]*)<", soap)[1]
        self.server.endpoint.actions.append(action)
        body = getattr(self, f"on_{action.lower()}")(soap)
        text = ENVELOPE.format(id=message, body=body).encode()
        if self.server.endpoint.tls:
            return self.answer(200, text, [("Content-Type", "application/soap+xml;charset=UTF-8")])
        text, kind = self.seal(text)
        return self.answer(200, text, [("Content-Type", kind)])

    def on_create(self, _):
        return CREATED

    def on_command(self, _):
        return "<r:CommandResponse xmlns:r='r'><r:CommandId>SERVERS-C</r:CommandId></r:CommandResponse>"

    def on_send(self, soap):
        octets = base64.b64decode(re.search("<rsp:Stream[^>]*>([^<]*)<", soap)[1])
        self.server.endpoint.received.append(octets)
        return "<r:SendResponse xmlns:r='r'/>"

    def on_receive(self, _):
        endpoint = self.server.endpoint
        if endpoint.waits_for_signal:
            assert endpoint.signalled.wait(10)
        octets = base64.b64encode(endpoint.output).decode()
        return (f"<r:ReceiveResponse xmlns:r='r'><r:Stream Name='stdout'>{octets}</r:Stream>"
                "<r:CommandState State='x/CommandState/Done'/></r:ReceiveResponse>")

    def on_signal(self, _):
        self.server.endpoint.signalled.set()
        return "<r:SignalResponse xmlns:r='r'/>"

    def on_delete(self, _):
        return ""

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if len(self.server.requests) in self.server.endpoint.quits:
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        import traceback
        self.endpoint.errors.append(traceback.format_exc())


class Endpoint:
    """`keytab` holds the keys of the service."""

    def __init__(self, keytab, certificate=None):
        self.credentials = gssapi.Credentials(usage="accept", store={"keytab": f"FILE:{keytab}"})
        self.schemes = ["Kerberos"]
        self.boundary = "--Encrypted Boundary"
        self.redirect = None
        self.closes = self.says_plain = self.tampers = self.hides_token = False
        self.waits_for_signal = False
        self.drops = set()  # by number of the request: the connection breaks without an answer
        self.quits = set()  # the same: it ends behind the answer, unannounced
        self.output = b"output"
        self.actions, self.received, self.errors = [], [], []
        self.signalled = threading.Event()
        self.tls = certificate is not None
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.endpoint, self.server.lock = self, threading.Lock()
        self.server.requests, self.server.connections = [], 0
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, host="localhost"):
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}:{self.server.server_address[1]}/PowerShell/"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
