"""An Exchange that means no good: WS-Management and PowerShell remoting with any answer that a test wants."""
import base64
import http.server
import re
import struct
import threading
import uuid
import xml.sax.saxutils

CAPABILITY, POOL_STATE = 0x00010002, 0x00021005
OUTPUT, ERROR, STATE, HOST_CALL = 0x00041004, 0x00041005, 0x00041006, 0x00041100
NO_ID = bytes(16)


def message(kind, data):
    """One message in one fragment."""
    octets = struct.pack("<II", 1, kind) + NO_ID + NO_ID + data.encode()
    message.count += 1
    return struct.pack(">QQBI", message.count, 0, 3, len(octets)) + octets


message.count = 0


def bag(text):
    return f"<Obj><MS>{text}</MS></Obj>"


def pipeline_state(number, more=""):
    return message(STATE, bag(f'<I32 N="PipelineState">{number}</I32>{more}'))


def error_record(text, identity):
    return (f'<Obj N="Exception"><Props><S N="Message">{text}</S></Props></Obj>'
            f'<S N="FullyQualifiedErrorId">{identity}</S>')


class HostileExchange:
    """`answers[action]` is asked for the answer: (status, body, headers), or a body; None: no answer at
    all. Without one the session goes well; a command answers with `output`."""

    def __init__(self):
        self.output = [pipeline_state(4)]
        self.answers = {}
        self.asked = []  # (action, authorization, envelope)
        played = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                action = re.search(r"<wsa:Action[^>]*>([^<]*)<", body).group(1).rsplit("/", 1)[1]
                played.asked.append((action, self.headers["Authorization"], body))
                answer = played.answers.get(action, played.usual)(action, body)
                if answer is None:
                    self.close_connection = True
                    return
                status, text, headers = answer if isinstance(answer, tuple) else (200, answer, {})
                octets = played.envelope(body, text).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/soap+xml", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.uri = f"http://127.0.0.1:{self.server.server_port}/PowerShell/"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def count(self, action):
        return sum(1 for asked in self.asked if asked[0] == action)

    @staticmethod
    def envelope(request, body):
        identity = re.search(r"<wsa:MessageID>([^<]*)<", request).group(1)
        return ('<s:Envelope xmlns:s="s"><s:Header><a:RelatesTo xmlns:a="a">' + identity +
                f"</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>")

    @staticmethod
    def created(shell):
        return ("<x:ResourceCreated xmlns:x='x'><ReferenceParameters><SelectorSet><Selector "
                f"Name='ShellId'>{xml.sax.saxutils.escape(shell)}</Selector></SelectorSet>"
                "</ReferenceParameters></x:ResourceCreated>")

    @staticmethod
    def fault(code, text=""):
        return (500, f"<s:Fault><s:Detail><f:WSManFault xmlns:f='f' Code='{code}'><f:Message>{text}"
                "</f:Message></f:WSManFault></s:Detail></s:Fault>", {})

    @staticmethod
    def received(octets, command=""):
        attribute = f" CommandId='{command}'" if command else ""
        return (f"<r:ReceiveResponse xmlns:r='r'><r:Stream Name='stdout'{attribute}>"
                f"{base64.b64encode(octets).decode()}</r:Stream></r:ReceiveResponse>")

    def usual(self, action, body):
        if action == "Create":
            return self.created(str(uuid.uuid4()).upper())
        if action == "Command":
            command = re.search(r'CommandLine CommandId="([^"]*)"', body).group(1)
            return f"<r:CommandResponse xmlns:r='r'><r:CommandId>{command}</r:CommandId></r:CommandResponse>"
        if action == "Receive":
            command = re.search(r'DesiredStream CommandId="([^"]*)"', body)
            if command:
                return self.received(b"".join(self.output), command.group(1))
            return self.received(
                message(CAPABILITY, bag('<Version N="protocolversion">2.3</Version>'
                                        '<Version N="PSVersion">2.0</Version>'
                                        '<Version N="SerializationVersion">1.1.0.1</Version>')) +
                message(POOL_STATE, bag('<I32 N="RunspaceState">2</I32>')))
        return ""
