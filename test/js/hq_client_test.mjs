// Two npm packages that know nothing of hqsync against the served HQ: odata-query writes the queries of
// one half, @odata/client those of the other and takes the answers apart. $HQ is its URL, $HQ_TOKEN a
// token, $HQ_FILES the folder that was imported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import odata from "@odata/client";
import buildQuery from "odata-query";

const url = process.env.HQ;
const headers = { Authorization: `Bearer ${process.env.HQ_TOKEN}` };
const file = (name) => JSON.parse(readFileSync(`${process.env.HQ_FILES}/${name}.json`)).value;
const people = file("ContactPersons");
const companies = file("Companies");

const client = odata.OData.New4({ serviceEndpoint: `${url}/v1/`, commonHeaders: headers });
const contacts = client.getEntitySet("ContactPersons");

async function get(target) {
  const answer = await fetch(target, { headers });
  const body = await answer.json();
  assert.equal(answer.status, 200, body.error?.message);
  return body;
}
const ask = async (set, query) => (await get(`${url}/v1/${set}${buildQuery(query)}`)).value;
const ids = (records) => records.map((record) => record.Id);
const control = (path, body) => fetch(`${url}/hq/${path}`, { method: "POST", body: JSON.stringify(body) });

before(() => control("counters/reset", {}));
after(() => fetch(`${url}/hq/faults`, { method: "DELETE" }));

test("a full read of 20,000 contacts needs at most 100 requests", async () => {
  await control("counters/reset", {});
  const page = await client.newRequest({
    collection: "ContactPersons", method: "GET",
    params: client.newOptions().count(true).expand(["DefaultAddress"]),
  });
  const read = [...page.value];
  for (let link = page["@odata.nextLink"]; link;) {
    const next = await get(link);
    read.push(...next.value);
    link = next["@odata.nextLink"];
  }
  assert.equal(page["@odata.count"], 20000);
  assert.deepEqual(ids(read), ids(people));
  assert.deepEqual(read.map((each) => each.DefaultAddress?.Email ?? null),
    people.map((each) => each.DefaultAddress?.Email ?? null));
  const counters = await (await fetch(`${url}/hq/counters`)).json();
  assert.ok(counters.reads <= 100, `${counters.reads} requests`);
  console.log(`# ${counters.reads} requests`);
});

test("conditions of odata-query select what a loop selects", async () => {
  for (const [filter, condition] of [
    [{ LastName: "O'Neill" }, (p) => p.LastName === "O'Neill"],
    [{ Id: { gt: 10005, le: 10010 } }, (p) => p.Id > 10005 && p.Id <= 10010],
    [{ or: [{ Id: 10001 }, { Id: 10003 }] }, (p) => p.Id === 10001 || p.Id === 10003],
    [{ Id: { in: [10001, 10004] } }, (p) => [10001, 10004].includes(p.Id)],
    [{ and: [{ Id: { lt: 10100 } }, { not: { LastName: { startswith: "O" } } }] },
      (p) => p.Id < 10100 && p.LastName && !p.LastName.startsWith("O")],
    [{ and: [{ Id: { lt: 10100 } }, { LastName: { contains: "ei" } }] },
      (p) => p.Id < 10100 && p.LastName?.includes("ei")],
    [{ UpdatedOn: { gt: new Date("2026-11-02T00:00:00Z") } },
      (p) => p.UpdatedOn > "2026-11-02T00:00:00Z"],
  ]) {
    const wanted = people.filter(condition);
    assert.ok(wanted.length > 0 && wanted.length < 500, JSON.stringify(filter));
    assert.deepEqual(ids(await ask("ContactPersons", { filter })), ids(wanted), JSON.stringify(filter));
  }
});

test("lambdas of odata-query ask lists", async () => {
  const filter = { CompanyTypes: { any: { Name: "Lieferant" } } };
  const found = await ask("Companies", { filter, expand: "CompanyTypes" });
  const wanted = companies.filter((each) => each.CompanyTypes.some((type) => type.Name === "Lieferant"));
  assert.ok(wanted.length > 0);
  assert.deepEqual(ids(found), ids(wanted).slice(0, found.length));
});

test("nested expansions of odata-query carry their options", async () => {
  const [person] = await ask("ContactPersons", {
    top: 1, select: ["Id", "LastName"],
    expand: { Company: { select: ["Name"], expand: { DefaultAddress: { select: ["City"] } } } },
  });
  const company = companies.find((each) => each.Id === people[0].CompanyId);
  assert.deepEqual(person, {
    LastName: people[0].LastName, Id: people[0].Id,
    Company: { Name: company.Name, DefaultAddress: { City: company.DefaultAddress.City } },
  });
});

test("@odata/client filters, orders, cuts and counts", async () => {
  const filter = client.newFilter().field("Id").ge(10010).field("Id").lt(10020);
  const found = await contacts.query(client.newOptions().filter(filter).orderby("Id", "desc").skip(2).top(3));
  assert.deepEqual(ids(found), [10017, 10016, 10015]);
  assert.equal(await contacts.count(client.newFilter().field("Id").lt(10011)), 10);
  assert.deepEqual(ids(await contacts.find({ LastName: "Hohenfels" })),
    ids(people.filter((each) => each.LastName === "Hohenfels")));
  assert.equal((await contacts.retrieve(10002)).LastName, people[1].LastName);
});

test("@odata/client creates, changes and deletes", async () => {
  const made = await contacts.create({
    FirstName: "Jana", LastName: "Vogt", CompanyId: companies[0].Id, DefaultAddress: { City: "Köln" },
  });
  assert.equal(made.DefaultAddress.City, "Köln");
  const changed = await client.newRequest({
    collection: "ContactPersons", method: "PUT", id: made.Id, entity: { Title: "Dr." },
  });
  assert.equal(changed.Title, "Dr.");
  assert.equal((await contacts.retrieve(made.Id)).Title, "Dr.");
  await contacts.delete(made.Id);
  await assert.rejects(contacts.retrieve(made.Id), /no ContactPerson/);
});

test("@odata/client hands the server's complaint on", async () => {
  await assert.rejects(contacts.create({ FirstName: 5 }), /FirstName: expected a text/);
  await assert.rejects(contacts.query(client.newOptions().filter("Nam eq 1")), /no property "Nam"/);
});
