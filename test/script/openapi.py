"""Judges requests and answers of Graph by Microsoft's description (reference/graph-openapi.json):
what is not described is refused. graph_openapi_test.py asks it."""
import collections
import datetime
import json
import re
import urllib.parse

import jsonschema

CONTACT, FOLDER = "microsoft.graph.contact", "microsoft.graph.contactFolder"
EXTENDED = "microsoft.graph.singleValueLegacyExtendedProperty"
PHOTO = "/users/{user-id}/contacts/{contact-id}/photo/$value"
# Where the description is inexact: (operation, what is complained of) and why that passes. An entry
# that nothing needs any more fails the test.
EXCEPTIONS = {
    ("GET /users/{user-id}/contactFolders", "query $expand"):
        "told of childFolders, the same list one level deeper; the documentation expands extended "
        "properties of contact folders (graph.md section 1)",
    ("GET /users/{user-id}/contacts/{contact-id}", "query $expand"):
        "told of contactFolders/{id}/contacts/{id}, the same item; the documentation has both",
    ("PATCH /users/{user-id}/contacts/{contact-id}", "header if-match"):
        "told of DELETE only, but the store compares change keys (graph.md section 1, changeKey)",
    ("GET " + PHOTO, "answer of image/jpeg"):
        "generated as octet-stream; the documentation has image/jpeg (graph.md section 1, photo)",
    ("PUT " + PHOTO, "body of image/jpeg"): "as above: the documentation requires image/jpeg",
    ("PUT " + PHOTO, "status 200"): "the documentation says 200, the metadata 204, as for PATCH",
}
# Facts that the description leaves out (graph.md section 1).
READ_ONLY = {
    CONTACT: ("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId",
              "photo"),
    FOLDER: ("id", "parentFolderId", "contacts", "childFolders"),
}
PROPERTY_ID = (r"(String|Integer|SystemTime|Boolean|Binary) "
               r"(\{[0-9A-Fa-f-]{36}\} (Name [^']+|Id 0x[0-9A-F]{4})|0x[0-9A-F]{4})")
NARROWER = {
    CONTACT: {"businessPhones": {"maxItems": 2}, "homePhones": {"maxItems": 2},
              "emailAddresses": {"maxItems": 3}},
    EXTENDED: {"id": {"pattern": f"^{PROPERTY_ID}$"}},
}
# Headers of every request, and all annotations of OData that an answer may carry.
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PREFERENCE = r'(IdType="ImmutableId"|odata\.maxpagesize=[1-9]\d*)'
HEADERS = {
    "accept": r"[^,;\s]+(, ?[^,;\s]+)*", "accept-encoding": r"[a-z]+(, [a-z]+)*",
    "client-request-id": UUID, "content-length": r"\d+", "content-type": r"[a-z]+/[a-z-]+",
    "host": r"[^/\s]+", "prefer": f"{PREFERENCE}(, {PREFERENCE})*", "user-agent": r"hqsync/[\d.]+",
}
ETAG = r'W/"[^"]+"'
LINK = {"type": "string", "pattern": r"^https?://[^/\s]+/v1\.0/[^\s]+$"}
ANNOTATIONS = {
    "@odata.context": {"type": "string"}, "@odata.count": {"type": "integer", "minimum": 0},
    "@odata.deltaLink": LINK, "@odata.etag": {"type": "string", "pattern": f"^{ETAG}$"},
    "@odata.nextLink": LINK,
}
TEXT = r"'(?:[^']|'')*'"
EXPANSION = re.compile(rf"(\w+)\(\$filter=id eq '{PROPERTY_ID}'( or id eq '{PROPERTY_ID}')*\)")
FILTER = re.compile(rf"displayName eq {TEXT}|singleValueExtendedProperties/Any\(ep: "
                    rf"ep/id eq '{PROPERTY_ID}' and ep/value eq {TEXT}\)")
TARGET = re.compile(r"(/([\w.~!$&'()*,;=:@-]|%[0-9A-F]{2})+)+"
                    r"(\?([\w.~!$&'()*,;=:@/?-]|%[0-9A-F]{2})+)?", re.ASCII)
JSON, BINARY = "application/json", b""

Complaint = collections.namedtuple("Complaint", "operation what detail")
Request = collections.namedtuple("Request", "method target headers body")
Answer = collections.namedtuple("Answer", "status headers body")
Operation = collections.namedtuple("Operation", "name method segments spec")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_instant(value):
    if isinstance(value, str) and datetime.datetime.fromisoformat(value[:19]):
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value)
    return True


@formats.checks("time")
def is_time(value):
    return not isinstance(value, str) or re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", value)


@formats.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or re.fullmatch(UUID, value, re.IGNORECASE)


@formats.checks("int32")
def is_int32(value):
    return not isinstance(value, int) or -2**31 <= value < 2**31


class Schemas:
    """The description's schemas (OpenAPI 3.0) as JSON Schema, for requests and for answers. Objects
    are closed, also the open types: neither we nor the simulator mean anything beyond them."""

    KEPT = {"type", "enum", "format", "required", "minimum", "maximum", "maxItems", "uniqueItems",
            "pattern"}
    SPOKEN = {"title", "description", "example", "discriminator"}
    SHAPED = {"nullable", "$ref", "allOf", "oneOf", "anyOf", "properties", "items",
              "additionalProperties"}

    def __init__(self, described):
        self.described = described
        self.definitions = {side: {name: self.defined(name, side) for name in described}
                            for side in ("request", "answer")}
        self.validators = {}

    def merged(self, schema):
        """A schema with all that it inherits, as one."""
        if "$ref" in schema:
            return self.merged(self.described[schema["$ref"].rsplit("/", 1)[1]])
        whole = {key: value for key, value in schema.items() if key != "allOf"}
        for part in map(self.merged, schema.get("allOf", [])):
            for key, value in part.items():
                if key == "properties":
                    whole[key] = {**value, **whole.get(key, {})}
                elif key == "required":
                    whole[key] = sorted({*value, *whole.get(key, [])})
                else:
                    whole.setdefault(key, value)
        return whole

    def defined(self, name, side):
        schema = self.merged(self.described[name])
        if "properties" in schema:
            dropped = READ_ONLY.get(name, ()) if side == "request" else ()
            schema["properties"] = {key: {**value, **NARROWER.get(name, {}).get(key, {})}
                                    for key, value in schema["properties"].items()
                                    if key not in dropped}
        return self.converted(schema, side)

    def converted(self, schema, side):
        unknown = {key for key in schema if not key.startswith("x-")} - (
            self.KEPT | self.SPOKEN | self.SHAPED)
        if unknown:
            raise ValueError(f"the description has keywords that are not understood: {unknown}")
        if schema.get("format") not in (None, *formats.checkers):
            raise ValueError(f"the format {schema['format']} is not understood")
        if "$ref" in schema:
            return {"$ref": "#/definitions/" + schema["$ref"].rsplit("/", 1)[1]}
        if "allOf" in schema:
            schema = self.merged(schema)
        made = {key: schema[key] for key in self.KEPT & schema.keys()}
        if "items" in schema:
            made["items"] = self.converted(schema["items"], side)
        for word in ("oneOf", "anyOf"):
            if word in schema:
                made[word] = [self.converted(each, side) for each in schema[word]]
        if "properties" in schema:
            made["properties"] = dict(ANNOTATIONS) if side == "answer" else {}
            for name, value in schema["properties"].items():
                made["properties"].setdefault(name, self.converted(value, side))
        others = schema.get("additionalProperties", True)
        if isinstance(others, dict):
            made["additionalProperties"] = self.converted(others, side)
        elif "properties" in schema:
            made["additionalProperties"] = False
        if schema.get("nullable"):
            if "type" in made and "enum" not in made:
                made["type"] = [made["type"], "null"]
            else:
                made = {"anyOf": [{"type": "null"}, made]}
        return made

    def faults(self, value, schema, side):
        key = (side, json.dumps(schema))
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft7Validator(
                {"definitions": self.definitions[side], "allOf": [self.converted(schema, side)]},
                format_checker=formats)
        for error in self.validators[key].iter_errors(value):
            innermost = jsonschema.exceptions.best_match([error])
            yield f"{'.'.join(map(str, innermost.absolute_path))}: {innermost.message}"


def body_of(text, headers):
    """None when there is none, BINARY for what is no JSON; ValueError for what claims to be."""
    def members(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a member twice: {[name for name, _ in pairs]}")
        return dict(pairs)

    def refuse(text):
        raise ValueError(f"{text} is no JSON")

    if text == "":
        return None
    if text is None or not headers.get("content-type", "").startswith(JSON):
        return BINARY
    return json.loads(text, object_pairs_hook=members, parse_constant=refuse)


def options_of(request):
    return urllib.parse.parse_qsl(urllib.parse.urlsplit(request.target).query,
                                  keep_blank_values=True)


class Judge:
    def __init__(self, file):
        with open(file, encoding="utf-8") as opened:
            self.description = json.load(opened)
        self.schemas = Schemas(self.description["components"]["schemas"])
        self.operations = [Operation(f"{method.upper()} {path}", method.upper(),
                                     path.strip("/").split("/"), spec)
                           for path, item in self.description["paths"].items()
                           for method, spec in item.items()]
        self.complaints, self.excused = [], collections.Counter()
        self.requests, self.answers = collections.Counter(), collections.Counter()
        # By operation: query options, and members of bodies with whether they were empty.
        self.options, self.members = collections.defaultdict(set), collections.defaultdict(set)

    def complain(self, operation, found):
        for what, detail in found:
            if (operation, what) in EXCEPTIONS:
                self.excused[operation, what] += 1
            else:
                self.complaints.append(Complaint(operation, what, detail))

    def resolved(self, value):
        while "$ref" in value:
            part, name = value["$ref"].split("/")[-2:]
            value = self.description["components"][part][name]
        return value

    def find(self, method, target):
        """The operation of a target below the version; a name in the path beats a parameter."""
        asked = urllib.parse.urlsplit(target).path.strip("/").split("/")

        def fits(operation):
            return operation.method == method and len(operation.segments) == len(asked) and all(
                part.startswith("{") or part == word
                for part, word in zip(operation.segments, asked))

        found = [operation for operation in self.operations if fits(operation)]
        return min(found, default=None,
                   key=lambda operation: sum(part.startswith("{") for part in operation.segments))

    def take(self, record, is_ours):
        """A line of the simulator's record; of others' requests only the answers are judged."""
        target = record["target"].removeprefix("/v1.0")
        try:
            request = Request(record["method"], target, record["request_headers"], body_of(
                record.get("request_body"), record["request_headers"]))
            answer = Answer(record["status"], record["response_headers"], body_of(
                record.get("response_body"), record["response_headers"]))
        except ValueError as error:
            self.complain(f"{record['method']} {target}", [("JSON", str(error))])
            return
        name = self.take_request(request, is_ours)
        if answer.status != 0:  # the connection was closed without one
            self.take_answer(request, answer)
        if name == "POST /$batch" and isinstance(request.body, dict):
            answered = answer.body["responses"] if answer.status == 200 else None
            self.take_batch(request.body["requests"], answered, is_ours)

    def take_batch(self, requests, answers, is_ours):
        sent = {}
        for item in requests:
            headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
            request = Request(item["method"], item["url"], headers, item.get("body"))
            if item["id"].lower() in sent:
                self.complain("POST /$batch", [("ids", f"{item['id']} twice")])
            sent[item["id"].lower()] = request
            self.take_request(request, is_ours)
        if answers is None:
            return
        answered = collections.Counter(item["id"].lower() for item in answers)
        if answered != collections.Counter(sent.keys()):
            self.complain("POST /$batch", [("ids", f"asked {[*sent]}, answered {[*answered]}")])
            return
        for item in answers:
            headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
            self.take_answer(sent[item["id"].lower()],
                             Answer(item["status"], headers, item.get("body")))

    def take_request(self, request, is_ours):
        operation = self.find(request.method, request.target)
        if operation is None:
            if is_ours:
                self.complain(f"{request.method} {request.target}", [("path", "not described")])
            return None
        if is_ours:
            self.requests[operation.name] += 1
            self.options[operation.name].update(name for name, _ in options_of(request))
            if isinstance(request.body, dict):
                self.members[operation.name].update(
                    (name, value in (None, [])) for name, value in request.body.items())
            self.complain(operation.name, self.target_faults(operation, request))
            self.complain(operation.name, self.header_faults(operation, request))
            described = operation.spec.get("requestBody")
            self.complain(operation.name, self.body_faults(described, request, "request"))
        return operation.name

    def take_answer(self, request, answer):
        operation = self.find(request.method, request.target)
        name = operation.name if operation else f"{request.method} (not described)"
        self.answers[name, answer.status] += 1
        self.complain(name, self.answer_faults(operation, answer))

    def body_faults(self, described, message, side):
        content = (described or {}).get("content")
        if message.body is None:
            if content:
                yield "body", "there is none"
            return
        if not content:
            yield "body", "none is described"
            return
        kind = message.headers.get("content-type", "").split(";")[0]
        if kind not in content:
            yield f"{'body' if side == 'request' else side} of {kind}", f"described: {[*content]}"
        elif kind == JSON:
            for fault in self.schemas.faults(message.body, content[kind]["schema"], side):
                yield "body", fault

    def answer_faults(self, operation, answer):
        responses = operation.spec["responses"] if operation else {}
        described = self.resolved(responses.get(str(answer.status), {}))
        if answer.status >= 400 and "content" not in described:
            described = self.description["components"]["responses"]["error"]
        elif str(answer.status) not in responses:
            yield f"status {answer.status}", f"described: {[*responses]}"
        yield from self.body_faults(described, answer, "answer")
        if not re.fullmatch(r"\d+", answer.headers.get("retry-after", "0")):
            yield "header retry-after", answer.headers["retry-after"]

    def parameters(self, operation, place):
        found = map(self.resolved, operation.spec.get("parameters", []))
        return {each["name"]: each["schema"] for each in found if each["in"] == place}

    def header_faults(self, operation, request):
        described = {name.lower() for name in self.parameters(operation, "header")}
        for name, value in request.headers.items():
            if name not in described and name not in HEADERS:
                yield f"header {name}", value
            if not re.fullmatch(HEADERS.get(name, ETAG), value):
                yield f"form of header {name}", value

    def target_faults(self, operation, request):
        if not TARGET.fullmatch(request.target):
            yield "target", request.target
        described = self.parameters(operation, "query")
        seen = set()
        for name, value in options_of(request):
            if name not in described or name in seen:
                yield f"query {name}", value
            seen.add(name)
            is_good = {"$select": self.is_selection, "$expand": self.is_expansion,
                       "$filter": lambda _, text: FILTER.fullmatch(text)}.get(name)
            if is_good and not is_good(operation, value):
                yield f"form of query {name}", value
            elif not is_good and name in described:
                is_text = described[name]["type"] == "string"
                plain = re.fullmatch(r"-?\d+|true|false", value) and not is_text
                for fault in self.schemas.faults(json.loads(value) if plain else value,
                                                 described[name], "request"):
                    yield f"form of query {name}", fault

    def shown(self, operation):
        """The properties of what a GET shows, or lists."""
        answer = self.resolved(operation.spec["responses"]["200"])
        whole = self.schemas.merged(answer["content"][JSON]["schema"])["properties"]
        if "value" not in whole:
            return whole
        return self.schemas.merged(whole["value"]["items"])["properties"]

    def is_selection(self, operation, value):
        shown = self.shown(operation)
        return all(name in shown and "x-ms-navigationProperty" not in shown[name]
                   for name in value.split(","))

    def is_expansion(self, operation, value):
        found = EXPANSION.fullmatch(value)
        return found and "x-ms-navigationProperty" in self.shown(operation).get(found[1], {})
