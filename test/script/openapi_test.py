#!/usr/bin/env python3
"""The judge of openapi.py lets pass what is described and refuses everything else.
Arguments: the hqsync binary, the reference folder, the source folder."""
import json
import os
import sys
import unittest
import urllib.parse

sys.dont_write_bytecode = True
import openapi  # noqa: E402

DESCRIPTION = os.path.join(os.path.abspath(sys.argv[2]), "graph-openapi.json")
USER = "/v1.0/users/a%40b.example"
LIST, ONE, DELTA = USER + "/contactFolders/F/contacts", USER + "/contacts/C", "/contacts/delta"
FOLDERS = USER + "/contactFolders"
MARK = "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact"
EXPAND = "$expand=" + urllib.parse.quote(f"singleValueExtendedProperties($filter=id eq '{MARK}')")
FILTER = "$filter=" + urllib.parse.quote(
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'hq:1')")
ETAG = 'W/"E1"'
ERROR = {"error": {"code": "ErrorItemNotFound", "message": "Gone.",
                   "innerError": {"date": "2026-11-24T00:00:00"}}}
SHOWN = {"@odata.etag": ETAG, "id": "C", "changeKey": "E1", "givenName": "Ute", "birthday": None,
         "createdDateTime": "2026-11-24T08:00:00Z", "primaryEmailAddress": None,
         "emailAddresses": [{"name": "Ute", "address": "ute@kunde.example"}]}


def text(body):
    return body if isinstance(body, str) else "" if body is None else json.dumps(body)


def record(method, target, sent=None, status=200, shown=None, **headers):
    kind = {"content-type": "application/json"}
    asked = {"user-agent": "hqsync/0.1.0", "host": "127.0.0.1:80", **(kind if sent else {}),
             **{name.replace("_", "-").lower(): value for name, value in headers.items()}}
    return {"method": method, "target": target, "request_headers": asked,
            "request_body": text(sent), "status": status,
            "response_headers": {} if shown is None else kind, "response_body": text(shown)}


def create(sent, status=201, shown=SHOWN, **headers):
    return record("POST", LIST, sent, status, shown, **headers)


def item(number=1, **changes):
    return {"id": str(number), "method": "PATCH", "url": ONE.removeprefix("/v1.0"),
            "headers": {"Content-Type": "application/json", "If-Match": ETAG},
            "body": {"title": None}, **changes}


def answer(number=1, **changes):
    return {"id": str(number), "status": 200, "headers": {"Content-Type": "application/json"},
            "body": SHOWN, **changes}


def batch(items, answers):
    return record("POST", "/v1.0/$batch", {"requests": items}, 200, {"responses": answers})


def page(entries, link="@odata.deltaLink", url="https://graph.microsoft.com/v1.0/x?$deltatoken=1"):
    return record("GET", FOLDERS + "/F" + DELTA + "?$select=changeKey", shown={
        "value": entries, link: url}, prefer='odata.maxpagesize=500, IdType="ImmutableId"')


GOOD = [
    create({"givenName": "Ute", "birthday": "1980-02-29T11:59:00Z", "businessPhones": ["1", "2"],
            "singleValueExtendedProperties": [{"id": MARK, "value": "hq:1"}],
            "businessAddress": {"city": "Köln", "state": None}},
           client_request_id="0c7a600a-e356-480c-83ca-5cad140233c1"),
    record("GET", f"{ONE}?$select=id,changeKey,givenName&{EXPAND}", shown=SHOWN),
    record("GET", f"{LIST}?$top=500&$count=true&{FILTER}&{EXPAND}", shown={
        "@odata.count": 2, "value": [SHOWN, SHOWN]}),
    record("GET", ONE, status=404, shown=ERROR),
    record("DELETE", ONE, status=204, if_match=ETAG),
    record("POST", ONE + "/permanentDelete", status=0),
    page([{"id": "C", "@removed": {"reason": "deleted"}}, SHOWN]),
    page([], "@odata.nextLink"),
    batch([item(1), item(2)], [answer(2), answer(1, status=412, body=ERROR)]),
    batch([item(method="POST", url=ONE.removeprefix("/v1.0") + "/permanentDelete", headers={},
                body=None)], [answer(status=204, headers={}, body=None)]),
]
# What is wrong, and what is complained of.
BAD = [
    (create({"givenname": "Ute"}), "body", "'givenname' was unexpected"),
    (create({"givenName": 7}), "body", "7 is not of type 'string'"),
    (create({"businessPhones": "1"}), "body", "not of type 'array'"),
    (create({"businessPhones": [None]}), "body", "None is not of type 'string'"),
    (create({"businessPhones": None}), "body", "None is not of type 'array'"),
    (create({"businessPhones": ["1", "2", "3"]}), "body", "is too long"),
    (create({"businessAddress": {"town": "Köln"}}), "body", "'town' was unexpected"),
    (create({"birthday": "1980-02-30T11:59:00Z"}), "body", "is not a 'date-time'"),
    (create({"birthday": "1980-02-29"}), "body", "is not a 'date-time'"),
    (create({"id": "C"}), "body", "'id' was unexpected"),
    (create({"@odata.etag": ETAG}), "body", "'@odata.etag' was unexpected"),
    (create({"singleValueExtendedProperties": [{"id": "HqContact", "value": "hq:1"}]}), "body",
     "does not match"),
    (create('{"title":"1","title":"2"}'), "JSON", "twice"),
    (create('{"title":NaN}'), "JSON", "NaN is no JSON"),
    (create('{"title":'), "JSON", "Expecting value"),
    (create({"title": "1"}, content_type="text/plain"), "body of text/plain", "application/json"),
    (create(None), "body", "there is none"),
    (create({}, status=200), "status 200", "201"),
    (create({}, shown=None), "body", "there is none"),
    (create({}, shown={**SHOWN, "fax": ""}), "body", "'fax' was unexpected"),
    (create({}, shown={**SHOWN, "emailAddresses": [{"type": "work"}]}), "body",
     "'type' was unexpected"),
    (create({}, shown={**SHOWN, "@odata.etag": "E1"}), "body", "does not match"),
    (create({}, shown={**SHOWN, "createdDateTime": "yesterday"}), "body", "is not a 'date-time'"),
    (create({}, 400, {"error": {"code": "x"}}), "body", "'message' is a required property"),
    (create({}, 400, {"error": "x"}), "body", "not of type 'object'"),
    (create({}, 400, None), "body", "there is none"),
    (record("POST", USER + "/contactfolder/F/contacts", {}, 201, SHOWN), "path", "not described"),
    (record("PUT", ONE, {}, 200, SHOWN), "path", "not described"),
    (record("GET", f"{FOLDERS}/F{DELTA}?{EXPAND}", shown={"value": []}), "query $expand", "Hq"),
    (record("GET", ONE + "?$select=nickname", shown=SHOWN), "form of query $select", "nickname"),
    (record("GET", ONE + "?$select=photo", shown=SHOWN), "form of query $select", "photo"),
    (record("GET", ONE + "?$expand=manager", shown=SHOWN), "form of query $expand", "manager"),
    (record("GET", LIST + "?$top=-1", shown={"value": []}), "form of query $top", "minimum"),
    (record("GET", LIST + "?$top=all", shown={"value": []}), "form of query $top", "integer"),
    (record("GET", LIST + "?$filter=hq", shown={"value": []}), "form of query $filter", "hq"),
    (record("GET", LIST + "?$skip=1&$skip=2", shown={"value": []}), "query $skip", "2"),
    (record("GET", LIST + "?$filter=a eq b", shown={"value": []}), "target", "a eq b"),
    (record("GET", LIST + "?$filter=a+eq+b", shown={"value": []}), "target", "a+eq+b"),
    (record("GET", ONE + "?%2", shown=SHOWN), "target", "%2"),
    (record("DELETE", ONE, status=204, if_match="E1"), "form of header if-match", "E1"),
    (record("GET", ONE, shown=SHOWN, if_match=ETAG), "header if-match", ETAG),
    (record("GET", ONE, shown=SHOWN, x_hq="1"), "header x-hq", "1"),
    (record("GET", ONE, shown=SHOWN, prefer="IdType=ImmutableId"), "form of header prefer", "Id"),
    (record("GET", ONE, shown=SHOWN, client_request_id="1"), "form of header client-request-id",
     "1"),
    (record("POST", ONE + "/permanentDelete", {"id": "C"}, 204), "body", "none is described"),
    (record("DELETE", ONE, status=204, shown=SHOWN), "body", "none is described"),
    (page([{"id": "C", "@removed": {"reason": "moved"}}]), "body", "'moved' is not one of"),
    (page([], url="/users/x?$deltatoken=1"), "body", "does not match"),
    (batch([*map(item, range(21))], [*map(answer, range(21))]), "body", "is too long"),
    (batch([item(), item()], [answer()]), "ids", "1 twice"),
    (batch([item(1), item(2)], [answer(1)]), "ids", "answered ['1']"),
    (batch([item()], [answer(2)]), "ids", "answered ['2']"),
    (batch([item(retries=1)], [answer()]), "body", "'retries' was unexpected"),
    (batch([item(method="HEAD")], [answer()]), "path", "not described"),
    (batch([item(body={"Title": "Dr."})], [answer()]), "body", "'Title' was unexpected"),
    (batch([item(headers={"If-Match": ETAG})], [answer()]), "body of ", "application/json"),
    (batch([item()], [answer(body={"ID": "C"})]), "body", "'ID' was unexpected"),
    (batch([item()], [answer(status=429, body={})]), "body", "'error' is a required property"),
    (batch([item()], [answer(status=503, body=ERROR, headers={"Retry-After": "soon"})]),
     "header retry-after", "soon"),
]


class Judging(unittest.TestCase):
    def complaints(self, exchange):
        judge = openapi.Judge(DESCRIPTION)
        judge.take(exchange, is_ours=True)
        return judge.complaints

    def test_what_is_described_passes(self):
        for exchange in GOOD:
            with self.subTest(f"{exchange['method']} {exchange['target']}"):
                self.assertEqual(self.complaints(exchange), [])

    def test_all_else_is_refused(self):
        for exchange, what, detail in BAD:
            with self.subTest(what=what, detail=detail):
                found = [each.detail for each in self.complaints(exchange) if each.what == what]
                self.assertIn(detail, " | ".join(found), self.complaints(exchange))

    def test_requests_of_others_are_not_judged_but_their_answers_are(self):
        judge = openapi.Judge(DESCRIPTION)
        judge.take(create({"givenname": "Ute"}), is_ours=False)
        self.assertEqual(judge.complaints, [])
        judge.take(create({"givenName": "Ute"}, shown={"givenname": "Ute"}), is_ours=False)
        self.assertEqual(len(judge.complaints), 1)
        self.assertEqual((judge.requests.total(), judge.answers.total()), (0, 2))

    def test_a_schema_that_is_not_understood_is_not_passed_over(self):
        for schema in ({"type": "string", "contentEncoding": "base64"}, {"format": "duration"}):
            with self.assertRaises(ValueError):
                openapi.Schemas({"x": schema})

    def test_alternatives_and_null(self):
        schemas = openapi.Schemas({"x": {"nullable": True, "oneOf": [
            {"type": "string"}, {"type": "integer"}], "discriminator": {"propertyName": "y"}}})
        for value, is_good in ((None, True), ("1", True), (1, True), (1.5, False), ([], False)):
            found = list(schemas.faults(value, {"$ref": "#/components/schemas/x"}, "answer"))
            self.assertEqual(found == [], is_good, value)


if __name__ == "__main__":
    if not os.path.exists(DESCRIPTION):
        print("skipped: no reference data")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
