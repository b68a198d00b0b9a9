"""An HTTP server behind Kerberos as IIS is: a login for each connection, and over http messages in
multipart/encrypted. Written on python3-gssapi, from the protocol's facts; what it serves is said by
the handlers of others (kerberos_endpoint, kerberos_gate)."""
import base64
import http.server
import re
import ssl
import struct
import sys
import threading
import traceback

import gssapi
from gssapi.raw import IOV, IOVBufferType, unwrap_iov, wrap_iov

SOAP = "application/soap+xml;charset=UTF-8"


def credentials_in(keytab):
    return gssapi.Credentials(usage="accept", store={"keytab": f"FILE:{keytab}"})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def setup(self):
        super().setup()
        self.context = None
        self.scheme = None
        with self.server.lock:
            self.server.connections += 1

    def log_message(self, *_):
        pass

    def taken(self):
        """The body of the request, which is written down."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.requests.append((dict(self.headers), body))
        return body

    @property
    def is_in(self):
        return self.context is not None and self.context.complete

    def log_in(self, authorization):
        """One step of the login. The headers to answer with; none when it is refused."""
        self.scheme, token = authorization.split(" ", 1)
        if self.context is None or self.context.complete:
            self.context = gssapi.SecurityContext(creds=self.server.credentials, usage="accept")
        try:
            token = self.context.step(base64.b64decode(token))
            assert self.context.complete is not None  # gssapi may raise only here what step found
        except gssapi.exceptions.GSSError as error:
            self.server.errors.append(str(error))
            self.context = None
            return None
        if not token:
            return []
        return [("WWW-Authenticate", f"{self.scheme} {base64.b64encode(token).decode()}")]

    def refuse(self):
        self.answer(401, b"", [("WWW-Authenticate", scheme) for scheme in self.server.schemes])

    def sealed_type(self):
        protocol = "Kerberos" if self.scheme == "Kerberos" else "SPNEGO"
        return f"application/HTTP-{protocol}-session-encrypted"

    def unseal(self, body):
        kind = self.headers["Content-Type"]
        assert kind == (f'multipart/encrypted;protocol="{self.sealed_type()}";'
                        'boundary="Encrypted Boundary"'), kind
        head, _, rest = body.partition(b"application/octet-stream\r\n")
        assert f"Content-Type: {self.sealed_type()}".encode() in head
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

    def sealed(self, text):
        """Body and type."""
        message = IOV(IOVBufferType.header, text, IOVBufferType.padding, std_layout=False)
        assert wrap_iov(self.context, message, confidential=True)
        header = message[0].value
        data = message[1].value + (message[2].value or b"")
        if self.server.tampers:
            data = data[:-1] + bytes([data[-1] ^ 1])
        kind, mark = self.sealed_type(), self.server.boundary
        return (f"{mark}\r\n\tContent-Type: {kind}\r\n\tOriginalContent: type=application/soap+xml;"
                f"charset=UTF-8;Length={len(data)}\r\n{mark}\r\n\tContent-Type: application/"
                "octet-stream\r\n").encode() + struct.pack("<I", len(header)) + header + data + \
            f"{mark}--\r\n".encode(), (f'multipart/encrypted;protocol="{kind}";'
                                       'boundary="Encrypted Boundary"')

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(2)


class Server(http.server.ThreadingHTTPServer):
    """`keytab` holds the keys of the service; with a certificate (and its key) it speaks TLS."""
    daemon_threads = True

    def __init__(self, handler, keytab, certificate=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.credentials = credentials_in(keytab)
        self.schemes = ["Kerberos"]
        self.boundary = "--Encrypted Boundary"
        self.tampers = False
        self.lock = threading.Lock()
        self.requests, self.errors, self.connections = [], [], 0
        self.tls = certificate is not None
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        # Clients may be killed.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            self.errors.append(traceback.format_exc())

    def url(self, host="localhost", path="/PowerShell/"):
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}:{self.server_address[1]}{path}"

    def stop(self):
        self.shutdown()
        self.server_close()
