#!/usr/bin/env python3
"""Every answer of the served HQ against the vendor's description of API v1: names, types, shapes, statuses."""
import functools
import json
import os
import re
import sys
import unittest

import jsonschema

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served_hq import ServedHq  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
SWAGGER = os.path.join(sys.argv[2], "hellohq", "swagger-v1.json")
FOLDER = os.path.join(os.path.abspath(sys.argv[3]), "sample")
if not os.path.exists(SWAGGER):
    print("skipped: no reference data")
    sys.exit(77)
with open(SWAGGER) as file:
    DESCRIPTION = json.load(file)

# What the schemas inside of others stand for: nested ones are shortened, so the whole one is asked.
TYPES = {
    "DefaultAddress": "CompanyAddress", "Addresses": "CompanyAddress", "InvoiceAddress": "CompanyAddress",
    "DeliveryAddress": "CompanyAddress", "ResponsibleUsers": "User", "ResponsibleUser": "User",
    "User": "User", "CompanyTypes": "CompanyTypeOfCompany", "Subsystems": "Subsystem",
    "Company": "Company", "Members": "ProjectMember", "ProjectMembers": "ProjectMember",
    "ContactPersons": "ContactPerson", "Project": "Project", "Lead": "Lead",
    "CustomFields": "CustomField", "ProjectRole": "ProjectRole", "Status": "LeadStatus",
    "ProjectStatus": "ProjectStatus",
}
INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$"
DATE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?$"


def strict(name, prop, depth):
    """The described property, as the guide and the examples complete it: what is not there may be null,
    unless it is required; times have a zone, dates have none."""
    if prop.get("type") == "array":
        items = prop.get("items", {"type": "object", "properties": {}})
        return {"type": "array", "items": entity(TYPES[name], depth + 1) if name in TYPES
                else record(items, depth + 1)}
    if prop.get("type") == "object":
        inner = entity(TYPES[name], depth + 1) if name in TYPES else record(prop, depth + 1)
        return {"anyOf": [{"type": "null"}, inner]}
    made = {"type": [prop["type"], "null"]}
    for key in ("maxLength", "minLength"):
        if key in prop:
            made[key] = prop[key]
    if "enum" in prop:
        made["enum"] = [*prop["enum"], None]
    if prop.get("format") == "int32":
        made.update(minimum=-2**31, maximum=2**31 - 1)
    if prop.get("format") == "date-time":
        made["pattern"] = DATE if name.endswith("Date") else INSTANT
    return made


def record(described, depth):
    if depth > 2:
        return {"type": "object"}
    properties = {name: strict(name, prop, depth)
                  for name, prop in described.get("properties", {}).items()}
    required = described.get("required", [])
    for name in required:
        properties[name] = {**properties[name], "type": described["properties"][name]["type"]}
    for name in list(properties):
        if properties[name].get("type") == "array":
            properties[name + "@odata.count"] = {"type": "integer", "minimum": 0}
    return {"type": "object", "properties": properties, "required": required,
            "additionalProperties": False}


def entity(name, depth=0):
    return record(DESCRIPTION["definitions"][name], depth)


@functools.cache
def validator(name):
    schema = entity(name)
    schema["properties"]["@odata.context"] = {"type": "string"}
    return jsonschema.Draft4Validator(schema)


def whole_scalars(name):
    """All properties that are no relations: an answer without $select has each of them."""
    return {each for each, prop in DESCRIPTION["definitions"][name]["properties"].items()
            if prop["type"] not in ("array", "object")}


SETS = {"Companies": "Company", "CompanyTypes": "CompanyType",
        "CompanyTypeToCompanies": "CompanyTypeOfCompany", "ContactPersons": "ContactPerson",
        "Leads": "Lead", "LeadStatuses": "LeadStatus", "ProjectRoles": "ProjectRole",
        "ProjectStatuses": "ProjectStatus", "Projects": "Project", "Subsystem": "Subsystem",
        "Users": "User"}


# Where the description errs: one subsystem is described as a list of them, unlike every other record.
DESCRIBED_AS_LIST = {"/v1/Subsystem({Id})"}


def reference(path, method, status):
    """The name of the described body of an answer, and whether it is a list."""
    schema = DESCRIPTION["paths"][path][method]["responses"][str(status)]["schema"]
    is_list = schema.get("type") == "array"
    return (schema["items"] if is_list else schema)["$ref"].split("/")[-1], is_list


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ServedHq(PROGRAM, FOLDER, "--page-size", "100")

    @classmethod
    def tearDownClass(cls):
        assert cls.server.end() == 0

    def fits(self, value, name):
        wrong = next(validator(name).iter_errors(value), None)
        if wrong:
            raise wrong

    def list_fits(self, target, name):
        checked = 0
        for page in self.server.pages(f"/v1/{target}"):
            self.assertLessEqual(set(page), {"@odata.context", "@odata.count", "@odata.nextLink",
                                             "value"})
            self.assertIn("@odata.context", page)
            for value in page["value"]:
                self.fits(value, name)
                checked += 1
        return checked

    def test_every_set_answers_whole_records_as_described(self):
        for path, name in SETS.items():
            self.assertEqual(reference(f"/v1/{path}", "get", 200), (name, True))
            checked = self.list_fits(f"{path}?$count=true", name)
            if not checked:
                continue
            first = self.server.records(path, top=1)[0]
            self.assertEqual(set(first), whole_scalars(name), path)
            single = self.server.get(f"{path}({first['Id']})")
            described = f"/v1/{path}({{Id}})"
            self.assertEqual(reference(described, "get", single.status),
                             (name, described in DESCRIBED_AS_LIST))
            self.fits(single.json(), name)
            self.assertEqual({**single.json(), "@odata.context": None},
                             {**first, "@odata.context": None})

    def test_every_relation_of_the_description_can_be_expanded(self):
        for path, name in SETS.items():
            properties = DESCRIPTION["definitions"][name]["properties"]
            for relation, prop in properties.items():
                if prop["type"] not in ("array", "object"):
                    continue
                for value in self.server.records(path, expand=relation, top=30):
                    self.assertIn(relation, value)
                    self.fits(value, name)
            self.assertEqual(self.server.get(path, expand="Nosuch").status, 400)

    def test_no_set_offers_a_name_that_is_not_described(self):
        text = self.server.get("$metadata").body.decode()
        for name, body in re.findall(r'<EntityType Name="(\w+)">(.*?)</EntityType>', text):
            if name not in DESCRIPTION["definitions"]:
                continue
            self.assertEqual(set(re.findall(r'Property Name="(\w+)"', body)),
                             set(DESCRIPTION["definitions"][name]["properties"]), name)

    def test_related_lists_are_as_described(self):
        project = self.server.records("Projects", top=1)[0]["Id"]
        found = 0
        for path in DESCRIPTION["paths"]:
            match = re.fullmatch(r"/v1/(\w+)\(\{Id\}\)/(\w+)", path)
            if not match or match[1] not in SETS or "get" not in DESCRIPTION["paths"][path]:
                continue
            owner = project if match[1] == "Projects" else self.server.records(match[1],
                                                                               top=1)[0]["Id"]
            name, is_list = reference(path, "get", 200)
            self.assertTrue(is_list)
            found += self.list_fits(f"{match[1]}({owner})/{match[2]}", name)
        self.assertGreater(found, 0)
        member = self.server.records(f"Projects({project})/Members")[0]
        single = self.server.get(f"Projects({project})/Members({member['Id']})").json()
        self.fits(single, reference("/v1/Projects({Id})/Members({MemberId})", "get", 200)[0])

    def test_who_asks_is_told_as_described(self):
        me = self.server.get("Me")
        self.fits(me.json(), reference("/v1/Me", "get", me.status)[0])

    def test_writes_answer_as_described(self):
        body = {"FirstName": "Jana", "LastName": "Vogt", "CompanyId": 101, "Language": "de",
                "SalutationForm": "Formal", "Birthdate": "1990-02-01",
                "DefaultAddress": {"City": "Köln", "Email": "jana@kunde.example"}}
        made = self.server.ask("POST", "/v1/ContactPersons", body)
        self.fits(made.json(), reference("/v1/ContactPersons", "post", made.status)[0])
        path = f"/v1/ContactPersons({made.json()['Id']})"
        changed = self.server.ask("PUT", path, {"PhoneMobile": "0171 1"})
        self.fits(changed.json(), reference("/v1/ContactPersons({Id})", "put", changed.status)[0])
        gone = self.server.ask("DELETE", path)
        self.assertIn(str(gone.status), DESCRIPTION["paths"]["/v1/ContactPersons({Id})"]["delete"]
                      ["responses"])
        self.assertEqual(gone.body, b"")
        project = self.server.records("Projects", top=1, expand="Members")[0]
        user = next(each for each in self.server.ids("Users")
                    if each not in [member["UserId"] for member in project["Members"]])
        added = self.server.ask("POST", f"/v1/Projects({project['Id']})/do.AddMember",
                                {"UserId": user, "ProjectRoleId": 1})
        self.fits(added.json(), reference("/v1/Projects({Id})/do.AddMember", "post",
                                          added.status)[0])

    def test_what_is_stored_otherwise_is_shown_as_described(self):
        # Dates without a time, words that are newer than the description, stamps that nobody gave.
        self.server.hq("set", "user", "3", "LeavingDate=31.12.2026")
        user = self.server.get("Users(3)").json()
        self.assertEqual(user["LeavingDate"], "2026-12-31T00:00:00")
        self.fits(user, "User")
        self.server.hq("add", "lead", "Name=Neu")
        self.list_fits("Leads?$expand=Company,ContactPersons", "Lead")

    def test_the_check_itself_can_fail(self):
        good = self.server.get("ContactPersons(10001)").json()
        for wrong in ({"Nosuch": 1}, {"CompanyId": "101"}, {"Id": None}, {"FirstName": 5},
                      {"SalutationForm": "Salopp"}, {"UpdatedOn": "2026-11-01T08:00:00"}):
            with self.assertRaises(jsonschema.ValidationError, msg=str(wrong)):
                self.fits({**good, **wrong}, "ContactPerson")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
