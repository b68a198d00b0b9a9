"""A PowerShell client of few lines for tests: WS-Management over HTTP with Basic, fragments and
messages of PSRP; and the recordings of another client's talks with real servers."""
import base64
import html
import http.client
import os
import re
import struct
import urllib.parse
import uuid

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
EXCHANGE = "http://schemas.microsoft.com/powershell/Microsoft.Exchange"
CMD = f"{SHELL}/cmd"
TERMINATE = f"{SHELL}/signal/Terminate"
STOP = "powershell/signal/crtl_c"
NOBODY = uuid.UUID(int=0)
CAPABILITY, INIT, CREATE_PIPELINE = 0x00010002, 0x00010004, 0x00021006
OUTPUT, ERROR, STATE, WARNING = 0x00041004, 0x00041005, 0x00041006, 0x00041009


def fragments(data):
    """(object, number, flags, blob) of each in some octets."""
    while data:
        number, part, flags, size = struct.unpack(">QQBI", data[:21])
        yield number, part, flags, data[21:21 + size]
        data = data[21 + size:]


def fragment(number, message):
    return struct.pack(">QQBI", number, 0, 3, len(message)) + message


def message(kind, data, pipeline=NOBODY, pool=uuid.UUID(int=7)):
    return struct.pack("<II", 2, kind) + pool.bytes_le + pipeline.bytes_le + data.encode()


class Messages:
    """Puts the fragments of a server together."""

    def __init__(self):
        self.parts = {}

    def feed(self, data):
        for number, _, flags, blob in fragments(data):
            self.parts[number] = self.parts.get(number, b"") + blob
            if flags & 2:
                whole = self.parts.pop(number)
                kind = struct.unpack("<I", whole[4:8])[0]
                yield kind, whole[40:].removeprefix(b"\xef\xbb\xbf").decode()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.action = self.first(r"<a:Action>([^<]*)<")
        self.relates_to = self.first(r"<a:RelatesTo>([^<]*)<")
        self.code = self.first(r'<f:WSManFault [^>]*Code="(\d+)"')
        self.subcode = self.first(r"<s:Subcode><s:Value>([^<]*)<")
        self.state = self.first(r'State="[^"]*CommandState/(\w+)"')
        self.text = html.unescape(self.first(r"<s:Text[^>]*>([^<]*)<") or "")

    def first(self, pattern):
        found = re.search(pattern, self.body)
        return found.group(1) if found else None

    def streams(self):
        return [base64.b64decode(text) for text in
                re.findall(r"<rsp:Stream [^>]*>([^<]*)</rsp:Stream>", self.body)]


class Client:
    def __init__(self, url, user, password):
        parts = urllib.parse.urlsplit(url)
        self.address, self.path = parts.netloc, parts.path
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}",
                        "Content-Type": "application/soap+xml;charset=UTF-8"}
        self.connection = http.client.HTTPConnection(self.address, timeout=60)
        self.shell = None
        self.pool = Messages()
        self.objects = 2

    def close(self):
        self.connection.close()

    def post(self, text, **headers):
        self.connection.request("POST", self.path, text.encode(), {**self.headers, **headers})
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def ask(self, action, body="", resource=EXCHANGE, timeout="PT20S", options=""):
        selected = (f'<w:SelectorSet><w:Selector Name="ShellId">{self.shell}</w:Selector>'
                    "</w:SelectorSet>") if self.shell else ""
        return self.post(
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
            f'xmlns:rsp="{SHELL}"><s:Header><a:Action s:mustUnderstand="true">{action}</a:Action>'
            f"<a:To>http://{self.address}{self.path}</a:To>"
            '<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>'
            f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
            f"<w:OperationTimeout>{timeout}</w:OperationTimeout>"
            f'<w:ResourceURI s:mustUnderstand="true">{resource}</w:ResourceURI>'
            f"{options}{selected}</s:Header><s:Body>{body}</s:Body></s:Envelope>")

    def create(self):
        octets = fragment(1, message(
            CAPABILITY, '<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version '
            'N="PSVersion">2.0</Version><Version N="SerializationVersion">1.1.0.1</Version></MS>'
            "</Obj>"))
        octets += fragment(2, message(
            INIT, '<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">1</I32>'
            "</MS></Obj>"))
        self.shell = None
        answer = self.ask(
            f"{TRANSFER}/Create",
            f'<rsp:Shell ShellId="{str(uuid.uuid4()).upper()}"><rsp:InputStreams>stdin pr'
            "</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams><creationXml "
            'xmlns="http://schemas.microsoft.com/powershell">'
            f"{base64.b64encode(octets).decode()}</creationXml></rsp:Shell>")
        self.shell = answer.first(r'<w:Selector Name="ShellId">([^<]*)<')
        return answer

    def delete(self):
        return self.ask(f"{TRANSFER}/Delete")

    def receive(self, command=None, timeout="PT20S"):
        named = f' CommandId="{command}"' if command else ""
        return self.ask(f"{SHELL}/Receive", f"<rsp:Receive><rsp:DesiredStream{named}>stdout"
                        "</rsp:DesiredStream></rsp:Receive>", timeout=timeout)

    def signal(self, command, code=TERMINATE):
        return self.ask(f"{SHELL}/Signal", f'<rsp:Signal CommandId="{command}"><rsp:Code>{code}'
                        "</rsp:Code></rsp:Signal>")

    def begin(self, *steps):
        """Each step is a name, or a name with a dictionary of texts, booleans and None."""
        def value(name, given):
            if given is None:
                return '<Nil N="V" />'
            if isinstance(given, bool):
                return f'<B N="V">{str(given).lower()}</B>'
            return f'<S N="V">{html.escape(given)}</S>'

        commands = ""
        for step in steps:
            name, given = step if isinstance(step, tuple) else (step, {})
            arguments = "".join(f'<Obj RefId="9"><MS><S N="N">{key}</S>{value(key, one)}</MS></Obj>'
                                for key, one in given.items())
            commands += (f'<Obj RefId="6"><MS><S N="Cmd">{html.escape(name)}</S><B N="IsScript">'
                         f'{str(" " in name).lower()}</B><Obj N="Args" RefId="8"><LST>{arguments}'
                         "</LST></Obj></MS></Obj>")
        pipeline = uuid.uuid4()
        self.objects += 1
        data = message(CREATE_PIPELINE,
                       '<Obj RefId="0"><MS><B N="NoInput">true</B><Obj N="PowerShell" RefId="4">'
                       '<MS><B N="IsNested">false</B><Nil N="ExtraCmds" /><Obj N="Cmds" RefId="5">'
                       f"<LST>{commands}</LST></Obj></MS></Obj></MS></Obj>", pipeline)
        command = str(pipeline).upper()
        answer = self.ask(
            f"{SHELL}/Command", f'<rsp:CommandLine CommandId="{command}"><rsp:Command />'
            f"<rsp:Arguments>{base64.b64encode(fragment(self.objects, data)).decode()}"
            "</rsp:Arguments></rsp:CommandLine>")
        return command, answer

    def run(self, *steps):
        """(output, warnings, errors, state): CLIXML texts and a number; the command is closed."""
        command, answer = self.begin(*steps)
        assert answer.status == 200, answer.body
        said = {OUTPUT: [], WARNING: [], ERROR: [], STATE: []}
        messages = Messages()
        while answer.state != "Done":
            answer = self.receive(command)
            assert answer.status == 200, answer.body
            for octets in answer.streams():
                for kind, text in messages.feed(octets):
                    said[kind].append(text)
        self.signal(command)
        state = re.search(r'N="PipelineState">(\d)<', said[STATE][0]).group(1)
        said[ERROR] += [text for text in said[STATE] if "ExceptionAsErrorRecord" in text]
        return said[OUTPUT], said[WARNING], said[ERROR], int(state)


def recording(reference, name):
    """(request, response) of each exchange, in order."""
    path = os.path.join(reference, "psrp-transcripts", "pypsrp", f"{name}.yml")
    exchanges, field = [], None
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"(- |  )([a-z_]+):(?: (.*))?$", line)
            if found:
                if found.group(1) == "- ":
                    exchanges.append({})
                field = found.group(2)
                exchanges[-1][field] = found.group(3) or ""
            elif field and line.startswith("    "):
                exchanges[-1][field] += " " + line.strip()  # a folded line
    return [(one["request"], one["response"]) for one in exchanges]
