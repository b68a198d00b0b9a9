// The EWS client of npm against the simulator. Environment: EWS, its URL, and PASSWORD.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ews from "ews-javascript-api";

const mark = new ews.ExtendedPropertyDefinition(
    new ews.Guid("6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8"),
    "HqContact",
    ews.MapiPropertyType.String,
);
const photo = "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==";
const { Contacts } = ews.WellKnownFolderName;
const { HardDelete, MoveToDeletedItems } = ews.DeleteMode;
const { AlwaysOverwrite, NeverOverwrite } = ews.ConflictResolutionMode;
const ids = new ews.PropertySet(ews.BasePropertySet.IdOnly);
const all = new ews.PropertySet(ews.BasePropertySet.FirstClassProperties, [mark]);

/// The account acts for the user; each test has a mailbox of its own.
function connect(user, password = process.env.PASSWORD) {
    const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
    service.Credentials = new ews.WebCredentials("AGENTUR\\hqsync", password);
    service.Url = new ews.Uri(process.env.EWS);
    service.ImpersonatedUserId = new ews.ImpersonatedUserId(
        ews.ConnectingIdType.SmtpAddress,
        `${user}@agentur.example`,
    );
    return service;
}

async function folder(service, name) {
    const made = new ews.ContactsFolder(service);
    made.DisplayName = name;
    await made.Save(Contacts);
    return made;
}

async function contact(service, parent, fields) {
    const made = new ews.Contact(service);
    Object.assign(made, fields);
    await made.Save(parent.Id);
    return made;
}

const read = (service, item) => ews.Contact.Bind(service, item.Id, all);

async function refused(promise, code) {
    await assert.rejects(promise, (error) => {
        // A fault of the whole request, or the error of one item.
        assert.equal(ews.ServiceError[error.ResponseCode ?? error.ErrorCode], code);
        return true;
    });
}

async function names(service, parent, filter) {
    const view = new ews.ItemView(100);
    view.PropertySet = new ews.PropertySet(ews.BasePropertySet.IdOnly, [
        ews.ContactSchema.GivenName,
    ]);
    const found = await service.FindItems(parent.Id, filter, view);
    return found.Items.map((item) => item.GivenName).sort();
}

describe("folders", () => {
    it("are made, found, renamed and removed", async () => {
        const service = connect("folders");
        const made = await folder(service, "Kunden");
        await refused(folder(service, "kunden"), "ErrorFolderExists");
        const byName = new ews.SearchFilter.IsEqualTo(ews.FolderSchema.DisplayName, "Kunden");
        const found = await service.FindFolders(Contacts, byName, new ews.FolderView(10));
        assert.deepEqual(
            found.Folders.map((each) => each.Id.UniqueId),
            [made.Id.UniqueId],
        );
        made.DisplayName = "Partner";
        await made.Update();
        const bound = await ews.Folder.Bind(service, made.Id);
        assert.equal(bound.DisplayName, "Partner");
        assert.ok(bound instanceof ews.ContactsFolder);
        await made.Delete(HardDelete);
        await refused(ews.Folder.Bind(service, made.Id), "ErrorFolderNotFound");
    });

    it("tell which of them came and went", async () => {
        const service = connect("hierarchy");
        const root = new ews.FolderId(ews.WellKnownFolderName.MsgFolderRoot);
        const first = await service.SyncFolderHierarchy(root, ids, null);
        assert.equal(first.Count, 2);
        const made = await folder(service, "Kunden");
        const second = await service.SyncFolderHierarchy(root, ids, first.SyncState);
        assert.equal(second.Count, 1);
        assert.equal(second._getItem(0).FolderId.UniqueId, made.Id.UniqueId);
        await made.Delete(HardDelete);
        const third = await service.SyncFolderHierarchy(root, ids, second.SyncState);
        assert.equal(third._getItem(0).ChangeType, ews.ChangeType.Delete);
    });
});

describe("contacts", () => {
    it("keep every field that the client writes", async () => {
        const service = connect("fields");
        const parent = await folder(service, "Kunden");
        const made = new ews.Contact(service);
        const texts = {
            GivenName: "Jörg",
            MiddleName: "Maria",
            Surname: "O'Neill-Weiß",
            NickName: "Jo",
            Initials: "J. W.",
            CompanyName: "Nordlicht GmbH",
            JobTitle: "Leitung",
            Department: "Einkauf",
            OfficeLocation: "3. Stock",
            Manager: "Kim Abel",
            AssistantName: "Uli Bär",
            Profession: "Kauffrau",
            SpouseName: "Toni",
            Generation: "jun.",
            BusinessHomePage: "https://nordlicht.example/",
        };
        Object.assign(made, texts);
        made.FileAsMapping = ews.FileAsMapping.SurnameCommaGivenName;
        made.EmailAddresses._setItem(
            ews.EmailAddressKey.EmailAddress1,
            new ews.EmailAddress("Jörg", "joerg@kunde.example"),
        );
        made.PhoneNumbers._setItem(ews.PhoneNumberKey.MobilePhone, "+49 171 555010");
        const address = new ews.PhysicalAddressEntry();
        Object.assign(address, {
            Street: "Gänsemarkt 1",
            City: "Köln",
            PostalCode: "50667",
            CountryOrRegion: "Deutschland",
        });
        made.PhysicalAddresses._setItem(ews.PhysicalAddressKey.Business, address);
        made.Birthday = new ews.DateTime("1980-02-29T11:59:00Z");
        made.Body = new ews.MessageBody(ews.BodyType.Text, "Notiz");
        made.Categories = new ews.StringList(["HQ", "VIP"]);
        made.SetExtendedProperty(mark, "hq:10007");
        await made.Save(parent.Id);

        const seen = await read(service, made);
        for (const [field, text] of Object.entries(texts)) assert.equal(seen[field], text, field);
        assert.equal(seen.FileAs, "O'Neill-Weiß, Jörg");
        assert.equal(seen.DisplayName, "Jörg O'Neill-Weiß");
        const mail = seen.EmailAddresses._getItem(ews.EmailAddressKey.EmailAddress1);
        assert.deepEqual([mail.Address, mail.Name], ["joerg@kunde.example", "Jörg"]);
        assert.equal(
            seen.PhoneNumbers._getItem(ews.PhoneNumberKey.MobilePhone),
            "+49 171 555010",
        );
        const home = seen.PhysicalAddresses._getItem(ews.PhysicalAddressKey.Business);
        assert.deepEqual([home.Street, home.City], ["Gänsemarkt 1", "Köln"]);
        assert.equal(seen.Birthday.ToISOString(), "1980-02-29T11:59:00.000Z");
        assert.deepEqual(seen.Categories.GetEnumerator(), ["HQ", "VIP"]);
        assert.deepEqual(
            seen.ExtendedProperties.Items.map((each) => each.Value),
            ["hq:10007"],
        );
    });

    it("are found by the mark, by a name and by a part of it", async () => {
        const service = connect("find");
        const parent = await folder(service, "Kunden");
        for (const name of ["Ute", "Uta", "Jan"]) {
            const made = new ews.Contact(service);
            made.GivenName = name;
            made.SetExtendedProperty(mark, `hq:${name}`);
            await made.Save(parent.Id);
        }
        const { IsEqualTo, ContainsSubstring, Exists, Not } = ews.SearchFilter;
        const { GivenName } = ews.ContactSchema;
        assert.deepEqual(await names(service, parent, new IsEqualTo(mark, "hq:Ute")), ["Ute"]);
        assert.deepEqual(await names(service, parent, new IsEqualTo(GivenName, "jan")), ["Jan"]);
        const part = new ContainsSubstring(
            GivenName,
            "Ut",
            ews.ContainmentMode.Prefixed,
            ews.ComparisonMode.IgnoreCase,
        );
        assert.deepEqual(await names(service, parent, part), ["Uta", "Ute"]);
        assert.deepEqual(await names(service, parent, new Not(part)), ["Jan"]);
        assert.equal((await names(service, parent, new Exists(mark))).length, 3);
    });

    it("come page by page, in order", async () => {
        const service = connect("pages");
        const parent = await folder(service, "Kunden");
        const many = Array.from({ length: 23 }, (_, at) => {
            const made = new ews.Contact(service);
            made.GivenName = `N${String(at).padStart(2, "0")}`;
            return made;
        });
        await service.CreateItems(many, parent.Id, ews.MessageDisposition.SaveOnly, null);
        const seen = [];
        const view = new ews.ItemView(10);
        view.PropertySet = new ews.PropertySet(ews.BasePropertySet.IdOnly, [
            ews.ContactSchema.GivenName,
        ]);
        view.OrderBy.Add(ews.ContactSchema.GivenName, ews.SortDirection.Ascending);
        for (let more = true; more; ) {
            const page = await service.FindItems(parent.Id, view);
            assert.equal(page.TotalCount, 23);
            seen.push(...page.Items.map((item) => item.GivenName));
            more = page.MoreAvailable;
            view.Offset = page.NextPageOffset;
        }
        assert.deepEqual(
            seen,
            many.map((each) => each.GivenName),
        );
    });

    it("are changed field by field, and emptied", async () => {
        const service = connect("update");
        const parent = await folder(service, "Kunden");
        const made = await contact(service, parent, { GivenName: "Ute", CompanyName: "Alt" });
        const first = await read(service, made);
        first.JobTitle = "Leitung";
        first.CompanyName = null;
        first.PhoneNumbers._setItem(ews.PhoneNumberKey.MobilePhone, "1");
        await first.Update(NeverOverwrite);
        const second = await read(service, made);
        assert.deepEqual(
            [second.GivenName, second.JobTitle, second.CompanyName ?? null],
            ["Ute", "Leitung", null],
        );
        second.PhoneNumbers._setItem(ews.PhoneNumberKey.MobilePhone, null);
        await second.Update(NeverOverwrite);
        assert.equal(
            (await read(service, made)).PhoneNumbers.Contains?.(ews.PhoneNumberKey.MobilePhone),
            false,
        );
        first.JobTitle = "zu spät";
        await refused(first.Update(NeverOverwrite), "ErrorIrresolvableConflict");
        await first.Update(AlwaysOverwrite);
        assert.equal((await read(service, made)).JobTitle, "zu spät");
    });

    it("have a photo", async () => {
        const service = connect("photo");
        const parent = await folder(service, "Kunden");
        const made = await contact(service, parent, { GivenName: "Ute" });
        const bare = await read(service, made);
        assert.equal(bare.HasPicture, false);
        const file = bare.Attachments.AddFileAttachment("ContactPicture.jpg", photo);
        file.IsContactPhoto = true;
        await bare.Update(AlwaysOverwrite);
        const seen = await read(service, made);
        assert.equal(seen.HasPicture, true);
        const kept = seen.Attachments._getItem(0);
        await kept.Load();
        assert.equal(kept.Base64Content, photo);
        seen.Attachments.Remove(kept);
        await seen.Update(AlwaysOverwrite);
        assert.equal((await read(service, made)).HasPicture, false);
    });

    it("are moved, copied and deleted", async () => {
        const service = connect("move");
        const [from, to] = [await folder(service, "Eins"), await folder(service, "Zwei")];
        const made = await contact(service, from, { GivenName: "Ute" });
        const moved = await made.Move(to.Id);
        assert.notEqual(moved.Id.UniqueId, made.Id.UniqueId);
        await refused(read(service, made), "ErrorItemNotFound");
        await moved.Copy(from.Id);
        assert.deepEqual(await names(service, from), ["Ute"]);
        await moved.Delete(MoveToDeletedItems);
        assert.deepEqual(await names(service, to), []);
        const bin = await ews.Folder.Bind(service, ews.WellKnownFolderName.DeletedItems);
        assert.deepEqual(await names(service, bin), ["Ute"]);
    });

    it("tell what changed since the last state", async () => {
        const service = connect("sync");
        const parent = await folder(service, "Kunden");
        const sync = (state) =>
            service.SyncFolderItems(
                parent.Id,
                ids,
                null,
                2,
                ews.SyncFolderItemsScope.NormalItems,
                state,
            );
        const made = [];
        for (const name of ["Ute", "Uta", "Jan"]) {
            made.push(await contact(service, parent, { GivenName: name }));
        }
        const first = await sync(null);
        assert.deepEqual([first.Count, first.MoreChangesAvailable], [2, true]);
        const second = await sync(first.SyncState);
        assert.deepEqual([second.Count, second.MoreChangesAvailable], [1, false]);
        const changed = await read(service, made[0]);
        changed.JobTitle = "Leitung";
        await changed.Update(NeverOverwrite);
        await made[1].Delete(HardDelete);
        const third = await sync(second.SyncState);
        const seen = new Map();
        for (let at = 0; at < third.Count; at += 1) {
            const change = third._getItem(at);
            seen.set(change.ItemId.UniqueId, ews.ChangeType[change.ChangeType]);
        }
        assert.deepEqual(
            seen,
            new Map([
                [made[1].Id.UniqueId, "Delete"],
                [made[0].Id.UniqueId, "Update"],
            ]),
        );
        await refused(sync("bm8gc3RhdGU="), "ErrorInvalidSyncStateData");
    });
});

describe("who gets in", () => {
    it("is nobody with a wrong password", async () => {
        const stranger = connect("stranger", "wrong");
        await assert.rejects(ews.Folder.Bind(stranger, Contacts), /401|[Uu]nauthorized/);
    });

    it("is an address of the domain, by its principal name too", async () => {
        const { PrincipalName } = ews.ConnectingIdType;
        const service = connect("principal");
        service.ImpersonatedUserId = new ews.ImpersonatedUserId(
            PrincipalName,
            "principal@agentur.example",
        );
        await folder(service, "Kunden");
        const elsewhere = connect("x");
        elsewhere.ImpersonatedUserId = new ews.ImpersonatedUserId(PrincipalName, "a@other.example");
        await refused(ews.Folder.Bind(elsewhere, Contacts), "ErrorNonExistentMailbox");
    });
});
