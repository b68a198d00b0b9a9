"""TLS in front of a server that has none: a byte that comes goes on, connection by connection, so
that logins of connections (NTLM) hold."""
import socket
import ssl
import threading


class TlsFront:
    """`certificate` is a file with certificate and key; `server` is HOST:PORT."""

    def __init__(self, certificate, server):
        host, port = server.rsplit(":", 1)
        self.server = (host, int(port))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.connections = 0  # that asked for TLS
        self.requests = 0  # connections that something was said on
        self.swallows_answers = False
        self.open = []
        threading.Thread(target=self.serve, daemon=True).start()

    def url(self, host="localhost"):
        return f"https://{host}:{self.port}/PowerShell/"

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        try:
            secured = self.context.wrap_socket(client, server_side=True)
            first = secured.recv(65536)
        except OSError:  # also what TLS says to a client that does not believe it
            return client.close()
        if not first:
            return secured.close()
        self.requests += 1
        server = socket.create_connection(self.server)
        self.open.append((secured, server))
        server.sendall(first)
        threading.Thread(target=self.pump, args=(server, secured, server),
                         daemon=True).start()
        return self.pump(secured, server, server)

    def pump(self, source, target, server):
        try:
            while octets := source.recv(65536):
                if source is not server or not self.swallows_answers:
                    target.sendall(octets)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def break_connections(self):
        for pair in self.open:
            for each in pair:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.break_connections()
        for pair in self.open:
            for each in pair:
                each.close()
