#!/usr/bin/env python3
"""The served HQ over real sockets: every operator, paging, writes, logins, limits, faults on demand."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served_hq import SAMPLE, TOKEN, ServedHq  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
FOLDER = os.path.join(os.path.abspath(sys.argv[3]), "sample")
FILES = {}
for name in SAMPLE:
    with open(os.path.join(FOLDER, name + ".json")) as file:
        FILES[name] = json.load(file)["value"]
PEOPLE = FILES["ContactPersons"]
REDIRECT = "http://127.0.0.1:53682/callback"


def ids(records):
    return [record["Id"] for record in records]


def mail(person):
    return person.get("DefaultAddress", {}).get("Email")


class WithServer(unittest.TestCase):
    options = ("--control", "--page-size", "100")

    @classmethod
    def setUpClass(cls):
        cls.server = ServedHq(PROGRAM, FOLDER, *cls.options)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.end() == 0

    def tearDown(self):
        self.server.no_faults()

    def refused(self, status, words, method, target, body=None):
        answer = self.server.ask(method, target, body)
        self.assertEqual(answer.status, status, (target, answer.body))
        self.assertIn(words, answer.json()["error"]["message"])
        self.assertEqual(answer.json()["error"]["code"], str(status))

    def all_ids(self, path, **options):
        query = urllib.parse.urlencode({f"${name}": value for name, value in options.items()})
        return [record["Id"] for page in self.server.pages(f"/v1/{path}?{query}")
                for record in page["value"]]


class Filters(WithServer):
    def agrees(self, text, condition, **options):
        wanted = [person["Id"] for person in PEOPLE if condition(person)]
        self.assertEqual(self.all_ids("ContactPersons", filter=text, **options), wanted, text)
        return wanted

    def test_comparisons_select_what_a_loop_over_the_files_selects(self):
        name = PEOPLE[1]["LastName"]  # O'Neill
        quoted = name.replace("'", "''")
        self.assertIn("'", name)
        self.assertTrue(self.agrees(f"LastName eq '{quoted}'", lambda p: p.get("LastName") == name))
        self.agrees(f"LastName ne '{quoted}'", lambda p: p.get("LastName") != name)
        self.agrees("Id gt 10100", lambda p: p["Id"] > 10100)
        self.agrees("Id ge 10100", lambda p: p["Id"] >= 10100)
        self.agrees("Id lt 10100", lambda p: p["Id"] < 10100)
        self.agrees("Id le 10100", lambda p: p["Id"] <= 10100)
        self.agrees("Id in (10001, 10003,99999)", lambda p: p["Id"] in (10001, 10003))
        self.agrees("10100 lt Id", lambda p: p["Id"] > 10100)

    def test_conjunctions_bind_as_odata_says(self):
        self.agrees("Id lt 10003 or Id gt 10300 and Language eq 'de'",
                    lambda p: p["Id"] < 10003 or (p["Id"] > 10300 and p.get("Language") == "de"))
        self.agrees("(Id lt 10003 or Id gt 10300) and Language eq 'de'",
                    lambda p: (p["Id"] < 10003 or p["Id"] > 10300) and p.get("Language") == "de")
        self.agrees("not (Id gt 10005)", lambda p: not p["Id"] > 10005)
        self.agrees("not contains(LastName, 'e') and Id lt 10050",
                    lambda p: "e" not in p.get("LastName", "e") and p["Id"] < 10050)

    def test_functions_work_on_texts(self):
        self.assertTrue(self.agrees("contains(LastName,'ü')", lambda p: "ü" in p.get("LastName", "")))
        self.agrees("startswith(FirstName,'Ka')", lambda p: p.get("FirstName", "").startswith("Ka"))
        self.agrees("endswith(FirstName,'n')", lambda p: p.get("FirstName", "").endswith("n"))
        self.agrees("tolower(FirstName) eq 'björn'", lambda p: p.get("FirstName", "").lower() == "björn")
        self.agrees("length(FirstName) eq 3", lambda p: len(p.get("FirstName", "")) == 3)

    def test_null_is_what_is_absent(self):
        self.agrees("PhoneMobile eq null", lambda p: not p.get("PhoneMobile"))
        self.agrees("PhoneMobile ne null", lambda p: bool(p.get("PhoneMobile")))
        self.agrees("contains(PhoneMobile,'7') or PhoneMobile eq null",
                    lambda p: "7" in p.get("PhoneMobile", "7"))
        self.agrees("not contains(PhoneMobile,'7')",
                    lambda p: p.get("PhoneMobile") and "7" not in p["PhoneMobile"])

    def test_paths_and_lambdas_ask_related_records(self):
        company = {each["Id"]: each for each in FILES["Companies"]}
        self.agrees("Company/Name eq 'Nordlicht GmbH'",
                    lambda p: p.get("CompanyId") and company[p["CompanyId"]]["Name"] == "Nordlicht GmbH", expand="Company")
        self.agrees("endswith(DefaultAddress/Email,'.example') and Id lt 10020",
                    lambda p: (mail(p) or "").endswith(".example") and p["Id"] < 10020,
                    expand="DefaultAddress")
        wanted = [each["Id"] for each in FILES["Companies"]
                  if any(kind["Name"] == "Lieferant" for kind in each["CompanyTypes"])]
        self.assertTrue(wanted)
        self.assertEqual(self.all_ids("Companies", expand="CompanyTypes",
                                      filter="CompanyTypes/any(t: t/Name eq 'Lieferant')"), wanted)
        lonely = [each["Id"] for each in FILES["Companies"] if not each["ResponsibleUsers"]]
        self.assertEqual(self.all_ids("Companies", expand="ResponsibleUsers",
                                      filter="not ResponsibleUsers/any()"), lonely)
        self.assertEqual(self.all_ids("Companies", expand="ResponsibleUsers",
                                      filter="ResponsibleUsers/$count eq 0"), lonely)
        self.assertEqual(
            self.all_ids("Projects", expand="Members", filter="Members/all(m:m/UserId gt 3)"),
            [each["Id"] for each in FILES["Projects"]
             if all(member["UserId"] > 3 for member in each["Members"])])

    def test_times_are_compared_as_instants(self):
        self.server.hq("set", "contact", "10007", "PhoneMobile=0171 1")
        changed = "UpdatedOn gt 2026-11-01T08:00:00Z"
        self.assertEqual(self.all_ids("ContactPersons", filter=changed), [10007])
        self.assertEqual(
            self.all_ids("ContactPersons", filter="UpdatedOn gt 2026-11-01T09:00:00+01:00"), [10007])
        self.assertEqual(len(self.all_ids("ContactPersons",
                                          filter="UpdatedOn ge 2026-11-01T08:00:00Z")), len(PEOPLE))
        self.assertEqual(len(self.all_ids("ContactPersons", filter="UpdatedOn le 2026-11-01")), 0)
        # As the guide writes it, with a plus sign that is not encoded.
        answer = self.server.ask(
            "GET", "/v1/ContactPersons?$filter=UpdatedOn%20gt%202026-11-01T09:00:00+01:00")
        self.assertEqual(ids(answer.json()["value"]), [10007])

    def test_lists_within_lists_end_before_they_take_the_server(self):
        steps = "".join(f"ProjectMembers/any(a{i}: a{i}/Project/Members/any(b{i}: b{i}/User/"
                        for i in range(7))
        self.refused(400, "too much work", "GET", "/v1/Users?$expand=ProjectMembers&$filter="
                     + urllib.parse.quote(steps + "FirstName eq 'x'" + ")" * 14))
        self.assertEqual(len(self.server.ids("Users", top=1)), 1)

    def test_what_is_wrong_is_told_with_its_place(self):
        for text, words in (
                ("Nam eq 'x'", 'at 1: ContactPerson has no property "Nam"'),
                ("LastName eq 5", "a text cannot be compared with a number"),
                ("LastName eq 'x", "at 13: the text has no end"),
                ("LastName", "a truth was expected"),
                ("(Id eq 1", "closing parenthesis"),
                ("Id eq 1 and", "something is missing"),
                ("Id eq 1 Id", "the end was expected"),
                ("nosuch(LastName)", "there is no function nosuch"),
                ("contains(LastName)", "takes 2 arguments"),
                ("Company/Name eq 'x'", "Company must be expanded"),
                ("Id eq abc", 'no property "abc"'),
                ("UpdatedOn gt 2026-13-01T00:00:00Z", "is no value"),
                ("(" * 40 + "true" + ")" * 40, "nested too deep"),
                ("not " * 40 + "true", "nested too deep"),
                (" or ".join(["Id eq 1"] * 300), "too many terms"),
        ):
            target = "/v1/ContactPersons?$filter=" + urllib.parse.quote(text)
            self.refused(400, words, "GET", target)


class Lists(WithServer):
    def test_pages_lead_to_the_end_with_every_record_once(self):
        pages = list(self.server.pages("/v1/ContactPersons?$count=true&$select=Id"))
        self.assertEqual({page["@odata.count"] for page in pages}, {len(PEOPLE)})
        self.assertEqual([record for page in pages for record in page["value"]],
                         [{"Id": each["Id"]} for each in PEOPLE])
        self.assertEqual([len(page["value"]) for page in pages[:-1]], [100] * (len(pages) - 1))
        self.assertNotIn("@odata.nextLink", pages[-1])

    def test_a_record_that_goes_while_pages_are_read_hides_no_other(self):
        pages = self.server.pages("/v1/ContactPersons?$select=Id")
        seen = ids(next(pages)["value"])
        self.server.hq("delete", "contact", str(seen[0]))
        for page in pages:
            seen += ids(page["value"])
        self.assertEqual(seen, ids(PEOPLE))
        self.server.hq("import", FOLDER)

    def test_orders_by_several_keys_and_pages_through_them(self):
        wanted = sorted(PEOPLE, key=lambda p: p["Id"])
        wanted.sort(key=lambda p: p.get("LastName", "").encode(), reverse=True)
        wanted.sort(key=lambda p: p.get("Language", "").encode())
        self.assertEqual(self.all_ids("ContactPersons", orderby="Language asc,LastName desc"),
                         ids(wanted))

    def test_skip_and_top_cut_a_piece_out_also_across_pages(self):
        self.assertEqual(self.all_ids("ContactPersons", skip=30, top=250), ids(PEOPLE)[30:280])
        self.assertEqual(self.all_ids("ContactPersons", skip=10, top=150, orderby="Id desc"),
                         ids(PEOPLE)[::-1][10:160])
        self.assertEqual(self.all_ids("ContactPersons", top=0), [])
        self.assertEqual(self.all_ids("ContactPersons", skip=99999), [])
        page = self.server.get("ContactPersons", top=5, count="true").json()
        self.assertEqual((len(page["value"]), page["@odata.count"]), (5, len(PEOPLE)))
        self.assertNotIn("@odata.nextLink", page)

    def test_expansions_carry_their_own_options(self):
        company = self.server.records(
            "Companies", filter="Id eq 101",
            expand="ResponsibleUsers($select=Id,UserName;$orderby=Id desc;$top=1),Subsystems,"
                   "CompanyTypes($filter=Name eq 'Kunde';$count=true),DefaultAddress")[0]
        stored = FILES["Companies"][0]
        top = max(each["Id"] for each in stored["ResponsibleUsers"])
        user = next(each for each in FILES["Users"] if each["Id"] == top)
        self.assertEqual(company["ResponsibleUsers"],
                         [{"UserName": user["UserName"], "Id": top}])
        self.assertEqual([each["Name"] for each in company["CompanyTypes"]], ["Kunde"])
        self.assertEqual(company["CompanyTypes@odata.count"], 1)
        self.assertEqual(company["CompanyTypes"][0]["CompanyId"], 101)
        self.assertEqual(company["DefaultAddress"]["City"], stored["DefaultAddress"]["City"])
        self.assertEqual(ids(company["Subsystems"]), ids(stored["Subsystems"]))

    def test_nested_expansions_stay_on_one_cardinality(self):
        person = self.server.records("ContactPersons", top=1,
                                     expand="Company($expand=DefaultAddress)")[0]
        self.assertEqual(person["Company"]["DefaultAddress"]["City"],
                         FILES["Companies"][0]["DefaultAddress"]["City"])
        project = self.server.records("Projects", top=1,
                                      expand="ContactPersons($expand=CustomFields)")[0]
        self.assertEqual(project["ContactPersons"][0]["CustomFields"], [])
        for expand in ("Company($expand=CustomFields)", "Members($expand=User)"):
            self.refused(400, "mixes single records and lists", "GET",
                         "/v1/Projects?$expand=" + urllib.parse.quote(expand))

    def test_single_records_related_lists_and_counts_have_addresses(self):
        person = self.server.get("ContactPersons(10002)").json()
        self.assertEqual(person["LastName"], PEOPLE[1]["LastName"])
        self.assertTrue(person["@odata.context"].endswith("/v1/$metadata#ContactPersons/$entity"))
        stored = FILES["Projects"][0]
        members = self.server.records(f"Projects({stored['Id']})/Members")
        self.assertEqual([each["UserId"] for each in members],
                         [each["UserId"] for each in stored["Members"]])
        one = self.server.get(f"Projects({stored['Id']})/Members({members[0]['Id']})").json()
        self.assertEqual(one["UserId"], members[0]["UserId"])
        user = members[0]["UserId"]
        self.assertIn(stored["Id"], [each["ProjectId"] for each in
                                     self.server.records(f"Users({user})/ProjectMembers")])
        count = self.server.get("ContactPersons/$count", filter="Id lt 10011")
        self.assertEqual(count.body, b"10")
        self.assertIn(b'<EntityType Name="ContactPerson">', self.server.get("$metadata").body)
        types = self.server.records("CompanyTypes")
        self.assertEqual({each["Name"] for each in types},
                         {kind["Name"] for each in FILES["Companies"]
                          for kind in each["CompanyTypes"]})
        links = [each for page in self.server.pages("/v1/CompanyTypeToCompanies")
                 for each in page["value"]]
        self.assertEqual(len(links), len({each["Id"] for each in links}))
        self.assertEqual(sorted((each["CompanyId"], each["Name"]) for each in links),
                         sorted((each["Id"], kind["Name"]) for each in FILES["Companies"]
                                for kind in each["CompanyTypes"]))

    def test_unknown_names_options_and_places_are_refused(self):
        for target, words in (
                ("ContactPersons?$select=Nam", "$select"), ("ContactPersons?$expand=Nam", "$expand"),
                ("ContactPersons?$orderby=Nam", "$orderby"), ("ContactPersons?$search=x", "$search"),
                ("ContactPersons?top=1", "top"), ("ContactPersons?$top=-1", "$top"),
                ("ContactPersons?$skip=x", "$skip"), ("ContactPersons?$top=1&$top=2", "twice"),
                ("ContactPersons?$count=yes", "$count"), ("ContactPersons?$format=xml", "$format"),
                ("ContactPersons?$skiptoken=zz", "$skiptoken"), ("ContactPersons(x)", "id"),
                ("ContactPersons(10001)?$top=1", "$top"), ("ContactPersons?$filter=%zz", "%"),
                ("Companies?$expand=CompanyTypes($nosuch=1)", "CompanyTypes"),
                ("Companies?$expand=CompanyTypes($filter=Nam eq 1)", "CompanyTypes"),
                ("Companies?$expand=CompanyTypes(", "parentheses")):
            self.refused(400, words, "GET", "/v1/" + target.replace(" ", "%20"))
        for target in ("ContactPersons(99)", "Nosuch", "Projects(301)/Nosuch", "Companies(101)/Subsystems",
                       "Projects(301)/Members(7)", "Invoices"):
            self.assertEqual(self.server.get(target).status, 404, target)
        self.assertEqual(self.server.ask("GET", "/").status, 404)

    def test_long_answers_are_packed_for_who_can_unpack(self):
        packed = self.server.ask("GET", "/v1/Companies", headers={"Accept-Encoding": "gzip, br"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        plain = self.server.ask("GET", "/v1/Companies", headers={"Accept-Encoding": "gzip;q=0"})
        self.assertNotIn("Content-Encoding", plain.headers)
        self.assertEqual(gzip.decompress(packed.body), plain.body)


class Writes(WithServer):
    def stored(self, contact):
        def without_empty(record):
            return {name: without_empty(value) if isinstance(value, dict) else value
                    for name, value in record.items() if value not in (None, [])}
        return without_empty(json.loads(self.server.hq("show", "contact", str(contact), "--json")))

    def test_put_changes_what_it_names_and_moves_updated_on(self):
        before = self.stored(10005)
        answer = self.server.ask("PUT", "/v1/ContactPersons(10005)", {
            "Id": 10005, "PhoneMobile": "+49 171 5", "Title": None, "UpdatedOn": "2001-01-01T00:00:00Z",
            "DefaultAddress": {"Email": "neu@kunde.example", "IsStandard": True}})
        self.assertEqual(answer.status, 200, answer.body)
        after = self.stored(10005)
        self.assertEqual(after["PhoneMobile"], "+49 171 5")
        self.assertEqual(after["DefaultAddress"],
                         {**before["DefaultAddress"], "Email": "neu@kunde.example"})
        self.assertGreater(after["UpdatedOn"], before["UpdatedOn"])
        for name in ("FirstName", "LastName", "CompanyId", "Language"):
            self.assertEqual(after.get(name), before.get(name))
        body = answer.json()
        self.assertEqual(body["DefaultAddress"]["Email"], "neu@kunde.example")
        read = self.server.get("ContactPersons(10005)", expand="DefaultAddress").json()
        del read["@odata.context"]
        self.assertEqual(body, read)
        self.assertEqual(ids(self.server.records(
            "ContactPersons", filter=f"UpdatedOn ge {after['UpdatedOn']}")), [10005])

    def test_put_on_request_empties_what_it_leaves_out(self):
        self.assertEqual(self.server.fault("put_empties", count=1), 200)
        answer = self.server.ask("PUT", "/v1/ContactPersons(10006)", {"LastName": "Allein"})
        self.assertEqual(answer.status, 200)
        self.assertIsNone(answer.json()["FirstName"])
        self.assertEqual(set(self.stored(10006)), {"Id", "LastName", "UpdatedOn"})

    def test_the_address_of_one_contact_can_be_put_apart(self):
        person = next(each for each in self.server.records("ContactPersons",
                                                           expand="DefaultAddress")
                      if each["DefaultAddress"])
        number = person["DefaultAddress"]["Id"]
        path = f"/v1/Companies({person['CompanyId']})/Addresses({number})"
        self.refused(400, "no JSON object", "PUT", path, '{},"FirstName":"x"')
        self.refused(400, "Email", "PUT", path, {"Email": "none"})
        answer = self.server.ask("PUT", path, {"Email": "neu@kunde.example", "Id": number})
        self.assertEqual((answer.status, answer.json()["Email"]), (200, "neu@kunde.example"))
        self.assertEqual(answer.json()["City"], person["DefaultAddress"]["City"])
        now = self.server.get(f"ContactPersons({person['Id']})", expand="DefaultAddress").json()
        self.assertEqual(now["DefaultAddress"]["Email"], "neu@kunde.example")
        self.assertEqual(now["FirstName"], person["FirstName"])
        self.assertGreater(now["UpdatedOn"], person["UpdatedOn"])
        self.refused(404, "no CompanyAddress", "PUT", "/v1/Companies(999999)/Addresses(1)", {})

    def test_post_gives_ids_that_nobody_ever_had(self):
        body = {"FirstName": "Jana", "LastName": "Vogt", "CompanyId": 101,
                "DefaultAddress": {"City": "Köln"}}
        first = self.server.ask("POST", "/v1/ContactPersons", body)
        self.assertEqual(first.status, 201, first.body)
        made = first.json()
        self.assertEqual(made["DefaultAddressId"], made["DefaultAddress"]["Id"])
        self.assertEqual(self.stored(made["Id"])["DefaultAddress"],
                         {"City": "Köln", "Id": made["DefaultAddressId"]})
        self.assertEqual(self.server.ask("DELETE", f"/v1/ContactPersons({made['Id']})").status, 204)
        self.assertEqual(self.server.get(f"ContactPersons({made['Id']})").status, 404)
        second = self.server.ask("POST", "/v1/ContactPersons", body).json()
        self.assertGreater(second["Id"], made["Id"])

    def test_a_deleted_contact_leaves_projects_and_leads(self):
        project = FILES["Projects"][0]
        contact = project["ContactPersons"][0]["Id"]
        self.assertEqual(self.server.ask("DELETE", f"/v1/ContactPersons({contact})").status, 204)
        left = self.server.get(f"Projects({project['Id']})", expand="ContactPersons").json()
        self.assertNotIn(contact, ids(left["ContactPersons"]))
        self.refused(404, str(contact), "DELETE", f"/v1/ContactPersons({contact})")

    def test_a_new_member_does_not_touch_the_project(self):
        project = FILES["Projects"][1]
        path = f"Projects({project['Id']})"
        before = self.server.get(path).json()["UpdatedOn"]
        user = next(each["Id"] for each in FILES["Users"]
                    if each["Id"] not in [member["UserId"] for member in project["Members"]])
        added = self.server.ask("POST", f"/v1/{path}/do.AddMember",
                                {"UserId": user, "ProjectRoleId": 1})
        self.assertEqual(added.status, 201, added.body)
        self.assertEqual(added.json()["UserId"], user)
        self.assertIn(user, [each["UserId"] for each in self.server.records(f"{path}/Members")])
        self.assertEqual(self.server.get(path).json()["UpdatedOn"], before)
        self.refused(400, "UserId", "POST", f"/v1/{path}/do.AddMember",
                     {"UserId": user, "ProjectRoleId": 1})
        gone = self.server.ask("DELETE", f"/v1/{path}/Members({added.json()['Id']})")
        self.assertEqual(gone.status, 204)
        self.assertEqual(self.server.get(path).json()["UpdatedOn"], before)
        self.server.hq("set", "project", str(project["Id"]), f"Members+={user}")
        self.assertEqual(self.server.get(path).json()["UpdatedOn"], before)
        self.server.hq("set", "project", str(project["Id"]), "Name=Neu")
        self.assertNotEqual(self.server.get(path).json()["UpdatedOn"], before)

    def test_validation_names_the_field_and_writes_nothing(self):
        before = self.stored(10003)
        for body, words in (
                ({"FirstName": 5}, "FirstName: expected a text"),
                ({"Nam": "x"}, "Nam: ContactPerson has no such property"),
                ({"FirstName": "x" * 256}, "FirstName: longer than 255"),
                ({"SalutationForm": "Salopp"}, "SalutationForm: expected Formal"),
                ({"Language": "deutsch"}, "Language: expected two letters"),
                ({"Birthdate": "gestern"}, "Birthdate: expected a date"),
                ({"CompanyId": 999999}, "CompanyId: there is no company 999999"),
                ({"CompanyId": "x"}, "CompanyId: expected an id"),
                ({"Id": 4}, "Id: cannot be changed"),
                ({"DefaultAddressId": 4}, "DefaultAddressId: cannot be changed"),
                ({"DefaultAddress": {"Email": "nichts"}}, "DefaultAddress.Email: expected"),
                ({"DefaultAddress": {"Nam": "x"}}, "DefaultAddress.Nam: CompanyAddress has no"),
                ({"DefaultAddress": {"Country": "Deutschland"}}, "DefaultAddress.Country"),
                ({"DefaultAddress": 5}, "DefaultAddress: expected an address"),
                ({"Company": {"Id": 5}}, "Company: cannot be changed here"),
                ({"FirstName": None, "LastName": ""}, "LastName: a contact person needs"),
                ("", "body is missing"), ("[]", "no JSON object"), ("{", "no JSON object")):
            self.refused(400, words, "PUT", "/v1/ContactPersons(10003)", body)
        self.assertEqual(self.stored(10003), before)
        self.refused(400, "CompanyId: is missing", "POST", "/v1/ContactPersons", {"LastName": "X"})
        self.refused(404, "99", "PUT", "/v1/ContactPersons(99)", {"LastName": "X"})
        for method, target in (("POST", "/v1/Companies"), ("PATCH", "/v1/ContactPersons(10003)"),
                               ("DELETE", "/v1/Users(1)"), ("POST", "/v1/ContactPersons(10003)")):
            self.assertIn(self.server.ask(method, target, {}).status, (404, 405), target)


class Access(WithServer):
    options = ("--control", "--allow-login", "--token-seconds", "60")

    def form(self, basic=True, **members):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if basic:
            pair = base64.b64encode(b"demo-hqsync:demo").decode()
            headers["Authorization"] = f"Basic {pair}"
        return self.server.ask("POST", "/Token", urllib.parse.urlencode(members), headers, token=None)

    def code(self, **more):
        query = {"response_type": "code", "client_id": "demo-hqsync", "state": "a b&c",
                 "redirect_uri": REDIRECT, "scope": "read_all write_all", **more}
        answer = self.server.ask("GET", "/Account/Authorize?" + urllib.parse.urlencode(query),
                                 token=None)
        if answer.status != 302:
            return answer, {}
        target = urllib.parse.urlsplit(answer.headers["Location"])
        self.assertEqual(target._replace(query="").geturl(), REDIRECT)
        return answer, dict(urllib.parse.parse_qsl(target.query))

    def login(self, **more):
        code = self.code(**more)[1]["code"]
        answer = self.form(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def test_pages_of_others_in_a_browser_here_get_nothing(self):
        for headers in ({"Origin": "http://page.example"}, {"Host": "page.example:8030"}):
            for method, target in (("GET", "/hq/counters"), ("POST", "/hq/faults"),
                                   ("GET", "/Account/Authorize"), ("POST", "/Token")):
                answer = self.server.ask(method, target, "{}", headers, token=None)
                self.assertEqual(answer.status, 403, (headers, target))

    def test_only_known_tokens_may_ask(self):
        for token in (None, "wrong", TOKEN[:-1]):
            answer = self.server.ask("GET", "/v1/Users", token=token)
            self.assertEqual(answer.status, 401)
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
            self.assertIn("denied", answer.json()["error"]["message"])
        for token in (TOKEN, "another-token"):
            self.assertEqual(self.server.ask("GET", "/v1/Users", token=token).status, 200)
        self.assertEqual(self.server.get("Me").json()["UserName"], "SyncUser")

    def test_a_code_becomes_a_pair_of_tokens_once(self):
        parts = self.code()[1]
        self.assertEqual(parts["state"], "a b&c")
        self.assertEqual(self.form(grant_type="authorization_code", code=parts["code"],
                                   redirect_uri=REDIRECT + "x").json()["error"], "invalid_grant")
        pair = self.login()
        self.assertEqual(set(pair), {"access_token", "token_type", "expires_in", "refresh_token",
                                     "user_id", "user_name"})
        self.assertEqual((pair["expires_in"], pair["user_id"]), (60, "1"))
        me = self.server.ask("GET", "/v1/Me", token=pair["access_token"]).json()
        self.assertEqual((me["Id"], me["UserName"]), (1, FILES["Users"][0]["UserName"]))
        code = self.code()[1]["code"]
        for wanted in (200, 400):
            self.assertEqual(self.form(basic=False, grant_type="authorization_code", code=code,
                                       redirect_uri=REDIRECT, client_id="demo-hqsync",
                                       client_secret="demo").status, wanted)

    def test_refresh_tokens_rotate(self):
        first = self.login()
        second = self.form(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
        self.assertNotEqual(second["refresh_token"], first["refresh_token"])
        again = self.form(grant_type="refresh_token", refresh_token=first["refresh_token"])
        self.assertEqual((again.status, again.json()["error"]), (400, "invalid_grant"))
        self.assertEqual(self.server.ask("GET", "/v1/Users",
                                         token=second["access_token"]).status, 200)
        self.server.fault("revoke_refresh_tokens")
        self.assertEqual(self.form(grant_type="refresh_token",
                                   refresh_token=second["refresh_token"]).status, 400)

    def test_expired_tokens_are_refused(self):
        pair = self.login()
        self.server.fault("expire_tokens")
        for token in (pair["access_token"], TOKEN):
            self.assertEqual(self.server.ask("GET", "/v1/Users", token=token).status, 401)
        fresh = self.form(grant_type="refresh_token", refresh_token=pair["refresh_token"]).json()
        self.assertEqual(self.server.ask("GET", "/v1/Users", token=fresh["access_token"]).status, 200)

    def test_a_verifier_must_fit_its_challenge(self):
        verifier = "v" * 64
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        for tried, status in ((verifier, 200), ("w" * 64, 400)):
            code = self.code(code_challenge=challenge, code_challenge_method="S256")[1]["code"]
            answer = self.form(grant_type="authorization_code", code=code, redirect_uri=REDIRECT,
                               code_verifier=tried)
            self.assertEqual(answer.status, status, answer.body)

    def test_a_token_to_read_does_not_write(self):
        token = self.login(scope="read_all")["access_token"]
        self.assertEqual(self.server.ask("GET", "/v1/Users", token=token).status, 200)
        answer = self.server.ask("PUT", "/v1/ContactPersons(10001)", {"Title": "x"}, token=token)
        self.assertEqual(answer.status, 403)
        self.assertIn("write_all", answer.json()["error"]["message"])

    def test_wrong_applications_addresses_and_grants_are_refused(self):
        self.assertEqual(self.code(client_id="other")[0].status, 400)
        self.assertEqual(self.code(redirect_uri="https://agentur.example/")[0].status, 400)
        self.assertEqual(self.code(redirect_uri="http://127.0.0.1.agentur.example/")[0].status, 400)
        self.assertEqual(self.code(scope="everything")[1]["error"], "invalid_scope")
        self.assertEqual(self.code(response_type="token")[1]["error"], "unsupported_response_type")
        self.assertEqual(self.form(basic=False, grant_type="refresh_token",
                                   refresh_token="x").json()["error"], "invalid_client")
        self.assertEqual(self.form(grant_type="password").json()["error"], "unsupported_grant_type")


class Faults(WithServer):
    def page(self, kind, path, **members):
        self.assertEqual(self.server.fault(kind, count=1, **members), 200, kind)
        return self.server.get(path, count="true", top=50,
                               **({"expand": "DefaultAddress"} if "Contact" in path else
                                  {"expand": "CompanyTypes"})).json()

    def test_pages_lie_as_they_are_told(self):
        short = self.page("short_page", "ContactPersons")
        self.assertEqual((len(short["value"]), short["@odata.count"]), (25, len(PEOPLE)))
        double = ids(self.page("duplicate_id", "ContactPersons")["value"])
        self.assertEqual(len(double), len(set(double)) + 1)
        self.assertNotIn("LastName", self.page("missing_field", "ContactPersons",
                                               field="LastName")["value"][0])
        self.assertEqual(self.page("unknown_value", "ContactPersons", field="SalutationForm",
                                   value="Cordial")["value"][0]["SalutationForm"], "Cordial")
        self.assertEqual(self.page("date_form", "ContactPersons",
                                   field="UpdatedOn")["value"][0]["UpdatedOn"],
                         "01.11.2026 08:00:00")
        self.assertIn("<b>", self.page("html_note", "ContactPersons")
                      ["value"][0]["DefaultAddress"]["Description"])
        self.assertIsNone(self.page("contact_without_company",
                                    "ContactPersons")["value"][0]["CompanyId"])
        self.assertEqual(self.page("company_without_type",
                                   "Companies")["value"][0]["CompanyTypes"], [])
        self.assertEqual(self.page("wrong_count", "ContactPersons")["@odata.count"],
                         len(PEOPLE) + 1)
        self.assertEqual(self.server.get("ContactPersons", count="true").json()["@odata.count"],
                         len(PEOPLE))

    def test_answers_are_broken_as_they_are_told(self):
        self.server.fault("status", status=429, retry_after=7, count=1)
        answer = self.server.get("Users")
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "7"))
        self.server.fault("status", path="Companies", count=1)
        self.assertEqual([self.server.get(path).status
                          for path in ("Users", "Companies", "Companies")], [200, 503, 200])
        self.server.fault("truncated_body", count=1)
        with self.assertRaises(ValueError):
            self.server.get("Users").json()
        self.server.fault("wrong_content_type", count=1)
        self.assertTrue(self.server.get("Users").headers["Content-Type"].startswith("text/html"))
        self.server.fault("latency", milliseconds=1, count=1)
        self.assertEqual(self.server.get("Users").status, 200)

    def test_connections_drop_before_and_after_the_work(self):
        for kind, is_done in (("drop", False), ("drop_after_work", True)):
            self.server.fault(kind, method="PUT", count=1)
            with self.assertRaises(http.client.HTTPException):
                self.server.ask("PUT", "/v1/ContactPersons(10009)", {"Title": kind})
            self.assertEqual(self.server.get("ContactPersons(10009)").json()["Title"] == kind,
                             is_done, kind)

    def test_limits_throttle_and_counters_count(self):
        self.server.ask("POST", "/hq/counters/reset")
        self.server.ask("POST", "/hq/limits", {"requests": 2, "seconds": 1000})
        answers = [self.server.get("Users") for _ in range(3)]
        self.server.ask("POST", "/hq/limits", {"requests": 0})
        self.assertEqual([each.status for each in answers], [200, 200, 429])
        self.assertGreater(int(answers[2].headers["Retry-After"]), 0)
        counters = self.server.ask("GET", "/hq/counters").json()
        self.assertEqual((counters["requests"], counters["throttled"], counters["sets"]),
                         (3, 1, {"Users": 2}))

    def test_what_is_no_fault_is_refused(self):
        for fault in ({"kind": "nosuch"}, {"kind": "status", "status": 200}, {"kind": "drop", "x": 1},
                      {"kind": "missing_field"}, []):
            self.assertEqual(self.server.ask("POST", "/hq/faults", fault).status, 400, fault)
        self.assertEqual(self.server.ask("POST", "/hq/limits", {"nosuch": 1}).status, 400)

    def test_large_requests_are_refused(self):
        self.assertEqual(self.server.ask("PUT", "/v1/ContactPersons(10001)",
                                         " " * (1024 * 1024 + 1)).status, 413)
        self.assertEqual(self.server.ask("GET", "/v1/Users?$filter=" + "a" * 9000).status, 414)
        with socket.create_connection(self.server.address.split(":"), timeout=30) as raw:
            raw.sendall(b"GET /v1/Users HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n")
            self.assertNotIn(b" 200 ", raw.recv(1000))


class Starting(unittest.TestCase):
    def run_it(self, *options):
        return subprocess.run([PROGRAM, "hq", "serve", *options], capture_output=True, text=True,
                              timeout=30)

    def test_wrong_words_are_refused_before_anything_is_done(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as tokens:
            tokens.write("short\n")
            tokens.flush()
            some = ("--token-file", tokens.name)
            for options, code, words in (
                    (("--listen", "0.0.0.0:0", *some), 2, "loopback"),
                    (("--listen", "nonsense", *some), 2, "HOST:PORT"),
                    ((), 2, "--token-file"), (("--page-size", "0", *some), 2, "--page-size"),
                    (("--page-size", "100000", *some), 2, "--page-size"),
                    (("--allow-login", "--allow-remote"), 2, "not together"),
                    (("--public-url", "ftp://x", *some), 2, "--public-url"),
                    (some, 1, "line 1: a token has at least 8"),
                    (("--token-file", tokens.name + ".none"), 1, tokens.name)):
                done = self.run_it(*options)
                self.assertEqual(done.returncode, code, (options, done.stderr))
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_control_and_logins_are_off_unless_asked_for(self):
        server = ServedHq(PROGRAM, FOLDER, "--public-url", "https://hq.agentur.example/api",
                          "--page-size", "5")
        try:
            self.assertEqual(server.ask("GET", "/hq/counters").status, 404)
            self.assertEqual(server.ask("POST", "/Token", "grant_type=x").status, 403)
            self.assertEqual(server.ask("GET", "/Account/Authorize").status, 403)
            link = server.get("Users").json()["@odata.nextLink"]
            self.assertTrue(link.startswith("https://hq.agentur.example/api/v1/Users?"), link)
        finally:
            self.assertEqual(server.end(signal.SIGINT), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
