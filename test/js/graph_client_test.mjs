// Microsoft's own Graph client against the simulator. Environment: SIMULATOR, its URL.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
    BatchRequestContent,
    BatchResponseContent,
    Client,
    GraphError,
    PageIterator,
} from "@microsoft/microsoft-graph-client";

const simulator = process.env.SIMULATOR;
const cloud = "https://graph.microsoft.com";
const mark = "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact";
const marked = (value) => [{ id: mark, value }];
const expandMark = `singleValueExtendedProperties($filter=id eq '${mark}')`;
const photo = Buffer.from("ffd8ffe000104a46494600010100000100010000ffd9", "hex");
let graph;

async function token() {
    const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "hqsync",
        client_secret: "simulator",
        scope: "https://graph.microsoft.com/.default",
    });
    const answer = await fetch(`${simulator}/demo/oauth2/v2.0/token`, {
        method: "POST",
        body: form,
    });
    return (await answer.json()).access_token;
}

async function control(method, path, body) {
    const answer = await fetch(`${simulator}/sim/${path}`, {
        method,
        body: body && JSON.stringify(body),
    });
    assert.equal(answer.status, 200);
    return answer.json();
}

/// The user's path, and below it: each test has a mailbox of its own.
const user = (name) => `/users/${name}@agentur.example`;

async function refused(promise, status, code) {
    await assert.rejects(promise, (error) => {
        assert.ok(error instanceof GraphError);
        assert.equal(error.statusCode, status);
        assert.equal(error.code, code);
        return true;
    });
}

/// The client knows https only: without it no token is sent and no link followed. The simulator has
/// no TLS, so the client asks Graph's own address, and this is the wire that ends at the simulator.
function lay(wire) {
    return async (url, options) => {
        const answer = await wire(String(url).replace(cloud, simulator), options);
        if (!answer.headers.get("content-type")?.startsWith("application/json")) return answer;
        return new Response((await answer.text()).replaceAll(simulator, cloud), answer);
    };
}

function connect(getAccessToken) {
    return Client.initWithMiddleware({ authProvider: { getAccessToken } });
}

before(() => {
    globalThis.fetch = lay(fetch);
    graph = connect(token);
});

describe("folders", () => {
    const folders = `${user("folders")}/contactFolders`;

    it("are made, found, renamed, nested and removed", async () => {
        const made = await graph.api(folders).post({ displayName: "Kunden" });
        assert.equal(made.displayName, "Kunden");
        await refused(graph.api(folders).post({ displayName: "kunden" }), 409, "ErrorFolderExists");
        const found = await graph.api(folders).filter("displayName eq 'Kunden'").get();
        assert.deepEqual(
            found.value.map((folder) => folder.id),
            [made.id],
        );
        await graph.api(`${folders}/${made.id}`).patch({ displayName: "Partner" });
        const child = await graph
            .api(`${folders}/${made.id}/childFolders`)
            .post({ displayName: "Alt" });
        assert.equal(child.parentFolderId, made.id);
        const read = await graph.api(`${folders}/${made.id}`).select("displayName").get();
        assert.equal(read.displayName, "Partner");
        await graph.api(`${folders}/${made.id}`).delete();
        await refused(graph.api(`${folders}/${child.id}`).get(), 404, "ErrorItemNotFound");
    });
});

describe("contacts", () => {
    const contacts = `${user("contacts")}/contacts`;

    it("keep their fields and the extended property", async () => {
        const made = await graph.api(contacts).post({
            givenName: "Jörg",
            surname: "O'Neill-Weiß",
            businessPhones: ["+49 30 555010"],
            businessAddress: { city: "Köln", street: "Gänsemarkt 1" },
            emailAddresses: [{ name: "Jörg", address: "joerg@kunde.example" }],
            singleValueExtendedProperties: marked("hq:10007"),
        });
        assert.equal(made.displayName, "Jörg O'Neill-Weiß");
        assert.equal(made.singleValueExtendedProperties, undefined);
        const read = await graph.api(`${contacts}/${made.id}`).expand(expandMark).get();
        assert.deepEqual(read.singleValueExtendedProperties, marked("hq:10007"));
        assert.equal(read.businessAddress.city, "Köln");
        assert.equal(read.emailAddresses[0].address, "joerg@kunde.example");
        const found = await graph
            .api(contacts)
            .filter(
                `singleValueExtendedProperties/Any(ep: ep/id eq '${mark}' ` +
                    "and ep/value eq 'hq:10007')",
            )
            .expand(expandMark)
            .get();
        assert.deepEqual(
            found.value.map((contact) => contact.id),
            [made.id],
        );
    });

    it("are changed only as they were seen", async () => {
        const made = await graph.api(contacts).post({ givenName: "Ute" });
        const one = `${contacts}/${made.id}`;
        const changed = await graph
            .api(one)
            .header("If-Match", made["@odata.etag"])
            .patch({ title: "Dr." });
        assert.notEqual(changed.changeKey, made.changeKey);
        await refused(
            graph.api(one).header("If-Match", made["@odata.etag"]).patch({ title: null }),
            412,
            "ErrorIrresolvableConflict",
        );
        await graph.api(`${one}/permanentDelete`).post({});
        await refused(graph.api(one).get(), 404, "ErrorItemNotFound");
    });

    it("have a photo", async () => {
        const made = await graph.api(contacts).post({ givenName: "Ute" });
        const content = `${contacts}/${made.id}/photo/$value`;
        await refused(graph.api(content).get(), 404, "ErrorItemNotFound");
        await graph.api(content).header("Content-Type", "image/jpeg").put(photo);
        const read = await graph.api(content).responseType("arraybuffer").get();
        assert.deepEqual(Buffer.from(read), photo);
    });

    it("have ids that last, when asked for", async () => {
        const made = await graph
            .api(contacts)
            .header("Prefer", 'IdType="ImmutableId"')
            .post({ givenName: "Ute" });
        const classic = await graph.api(`${contacts}/${made.id}`).get();
        assert.notEqual(classic.id, made.id);
        const same = await graph.api(`${contacts}/${classic.id}`).get();
        assert.equal(same.changeKey, made.changeKey);
    });

    it("are refused with a wrong property", async () => {
        await refused(
            graph.api(contacts).post({ emailAddress: "x@y.example" }),
            400,
            "RequestBodyRead",
        );
    });
});

describe("many contacts", () => {
    const mailbox = user("many");

    it("come page by page", async () => {
        for (let start = 0; start < 60; start += 20) {
            const requests = Array.from({ length: 20 }, (_, at) => ({
                id: String(at + 1),
                request: new Request(`${simulator}${mailbox}/contacts`, {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({ givenName: `N${start + at}` }),
                }),
            }));
            const content = await new BatchRequestContent(requests).getContent();
            const answers = new BatchResponseContent(await graph.api("/$batch").post(content));
            for (const { id } of requests) {
                assert.equal(answers.getResponseById(id).status, 201);
            }
        }
        const first = await graph.api(`${mailbox}/contacts`).top(25).select("givenName").get();
        const names = new Set();
        const pages = new PageIterator(graph, first, (contact) => names.add(contact.givenName));
        await pages.iterate();
        assert.equal(names.size, 60);
    });

    it("tell what changed", async () => {
        const link = `${mailbox}/contactFolders/contacts/contacts/delta`;
        let page = await graph.api(link).header("Prefer", "odata.maxpagesize=25").get();
        const seen = [...page.value];
        while (page["@odata.nextLink"]) {
            page = await graph.api(page["@odata.nextLink"]).get();
            seen.push(...page.value);
        }
        assert.equal(seen.length, 60);
        await graph.api(`${mailbox}/contacts/${seen[0].id}`).patch({ title: "Dr." });
        await graph.api(`${mailbox}/contacts/${seen[1].id}`).delete();
        const made = await graph.api(`${mailbox}/contacts`).post({ givenName: "New" });
        const changes = await graph.api(page["@odata.deltaLink"]).get();
        const removed = new Map(changes.value.map((each) => [each.id, "@removed" in each]));
        assert.deepEqual(
            removed,
            new Map([
                [seen[0].id, false],
                [seen[1].id, true],
                [made.id, false],
            ]),
        );
        await control("POST", "faults", { kind: "expire_deltas", mailbox: "many@agentur.example" });
        await refused(graph.api(changes["@odata.deltaLink"]).get(), 410, "SyncStateNotFound");
    });
});

describe("batches", () => {
    it("wait for what they depend on", async () => {
        const contacts = `${simulator}${user("batches")}/contacts`;
        const post = (body) =>
            new Request(contacts, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify(body),
            });
        const content = new BatchRequestContent([
            { id: "1", request: post({ givenName: "A" }) },
            { id: "2", request: post({ givenName: 7 }), dependsOn: ["1"] },
            { id: "3", request: new Request(contacts, { method: "GET" }), dependsOn: ["2"] },
        ]);
        const sent = await graph.api("/$batch").post(await content.getContent());
        const answers = new BatchResponseContent(sent);
        assert.equal(answers.getResponseById("1").status, 201);
        assert.equal((await answers.getResponseById("1").json()).givenName, "A");
        assert.equal(answers.getResponseById("2").status, 400);
        assert.equal(answers.getResponseById("3").status, 424);
    });
});

describe("trouble", () => {
    const contacts = `${user("trouble")}/contacts`;

    it("passes when the client waits as it is asked to", async () => {
        const fault = { kind: "status", path: "trouble@", count: 1, retry_after: 1 };
        for (const status of [429, 503]) {
            await control("POST", "faults", { ...fault, status });
            const read = await graph.api(contacts).get();
            assert.deepEqual(read.value, []);
        }
        const { faults } = await control("GET", "faults");
        assert.deepEqual(
            faults.map((each) => each.fired),
            [1, 1],
        );
    });

    it("has Graph's codes", async () => {
        await refused(graph.api("/users/a@other.example/contacts").get(), 404, "ErrorInvalidUser");
        await refused(graph.api(`${contacts}/AAMkx`).get(), 400, "ErrorInvalidIdMalformed");
        const stranger = connect(async () => "wrong");
        await refused(stranger.api(contacts).get(), 401, "InvalidAuthenticationToken");
    });
});
