// The entities as tables: swagger-v1.json names the properties, the directory has some of them.
#include "hqapi/model.hpp"

#include <algorithm>
#include <array>

#include "contact/date.hpp"
#include "hqapi/relations.hpp"

namespace hqsync::hqapi {

namespace {

Value text_value(const std::string& text) {
    return text.empty() ? Value{} : Value{text};
}

template <class RecordId>
Value id_value(const std::optional<RecordId>& id) {
    return id ? Value{id->value()} : Value{};
}

/// With a zone, as "…On" always has; what HQ never gave is null.
Value instant_value(const std::string& text) {
    const auto at = time_of(text);
    if (!at) return {};
    const auto tail = text.size() > 19 ? text.substr(19) : std::string();
    const bool has_zone = tail.find_first_of("Z+-") != std::string::npos;
    return Time{*at, has_zone ? text : text + "Z"};
}

/// As a date-time without a zone, which is what the description wants of "…Date".
Value date_value(const std::string& text) {
    if (const auto at = time_of(text)) return Time{*at, text};
    const auto day = iso_date(text);
    if (day.empty()) return {};
    const auto midnight = day + "T00:00:00";
    const auto at = time_of(midnight);
    return at ? Value{Time{*at, midnight}} : Value{};
}

Value nothing(const Row&) {
    return {};
}

Value id(const Row& row) {
    return id_of(row);
}

template <class Record, auto member>
Value text(const Row& row) {
    return text_value(std::get<const Record*>(row)->*member);
}
template <class Record, auto member>
Value reference(const Row& row) {
    return id_value(std::get<const Record*>(row)->*member);
}
template <class Record>
Value updated_on(const Row& row) {
    return instant_value(std::get<const Record*>(row)->updated_on);
}
template <auto member>
Value address_text(const Row& row) {
    return text_value(std::get<AddressRow>(row).address->*member);
}
Value address_updated_on(const Row& row) {
    return instant_value(*std::get<AddressRow>(row).updated_on);
}

/// What every entity ends with.
std::vector<Property> with_stamps(std::vector<Property> properties, Value (*updated)(const Row&)) {
    for (const Property& last :
         {Property{"Id", Kind::integer, id}, Property{"CreatedBy", Kind::integer, nothing},
          Property{"UpdatedBy", Kind::integer, nothing},
          Property{"CreatedOn", Kind::instant, nothing},
          Property{"UpdatedOn", Kind::instant, updated}})
        properties.push_back(last);
    return properties;
}

template <class Name>
Navigation unkept(Name name, Cardinality cardinality);

const Entity& unkept_entity() {
    static const Entity entity{"Entity", with_stamps({}, nothing), {}};
    return entity;
}

std::vector<Row> none(const Directory&, const Row&) {
    return {};
}

template <class Name>
Navigation unkept(Name name, Cardinality cardinality) {
    return {name, cardinality, unkept_entity, none};
}

const Entity& custom_field_entity() {
    static const Entity entity{"CustomField",
                               with_stamps({{"Name", Kind::text, nothing},
                                            {"Value", Kind::text, nothing},
                                            {"Type", Kind::text, nothing}},
                                           nothing),
                               {}};
    return entity;
}

Navigation custom_fields() {
    return {"CustomFields", Cardinality::many, custom_field_entity, none};
}

const Entity& subsystem_entity() {
    static const Entity entity{
        "Subsystem",
        with_stamps(
            {{"Name", Kind::text, text<Subsystem, &Subsystem::name>},
             {"IsMaster", Kind::boolean,
              [](const Row& row) { return Value{std::get<const Subsystem*>(row)->is_master}; }}},
            updated_on<Subsystem>),
        {}};
    return entity;
}

const Entity& address_entity() {
    using A = Address;
    static const Entity entity{
        "CompanyAddress",
        with_stamps({{"City", Kind::text, address_text<&A::city>},
                     {"Street", Kind::text, address_text<&A::street>},
                     {"HouseNumber", Kind::text, address_text<&A::house_number>},
                     {"ZipCode", Kind::text, address_text<&A::zip_code>},
                     {"AddressLine2", Kind::text, address_text<&A::line2>},
                     {"Description", Kind::text, address_text<&A::description>},
                     {"Country", Kind::text, address_text<&A::country>},
                     {"Phone", Kind::text, address_text<&A::phone>},
                     {"Fax", Kind::text, address_text<&A::fax>},
                     {"Email", Kind::text, address_text<&A::email>},
                     {"Website", Kind::text, address_text<&A::website>},
                     {"IsStandard", Kind::boolean,
                      [](const Row& row) { return Value{std::get<AddressRow>(row).is_standard}; }},
                     {"DefaultForDocumentType", Kind::text, nothing}},
                    address_updated_on),
        {}};
    return entity;
}

const Entity& type_of_company_entity() {
    static const Entity entity{
        "CompanyTypeOfCompany",
        with_stamps(
            {{"Name", Kind::text,
              [](const Row& row) { return text_value(std::get<TypeOfCompany>(row).type->name); }},
             {"Number", Kind::text, nothing},
             {"CompanyId", Kind::integer,
              [](const Row& row) { return Value{std::get<TypeOfCompany>(row).company}; }}},
            nothing),
        {}};
    return entity;
}

const Entity& named_type_entity() {
    static const Entity entity{
        "CompanyType",
        with_stamps(
            {{"Name", Kind::text,
              [](const Row& row) { return text_value(std::get<NamedType>(row).type->name); }}},
            nothing),
        {}};
    return entity;
}

/// Roles and states: the API has them, this directory none.
const Entity& project_role_entity() {
    static const Entity entity{
        "ProjectRole",
        with_stamps({{"Name", Kind::text, nothing}, {"IsRequired", Kind::boolean, nothing}},
                    nothing),
        {}};
    return entity;
}
const Entity& project_status_entity() {
    static const Entity entity{
        "ProjectStatus",
        with_stamps({{"Name", Kind::text, nothing}, {"IsInProgress", Kind::boolean, nothing}},
                    nothing),
        {}};
    return entity;
}
const Entity& lead_status_entity() {
    static const Entity entity{
        "LeadStatus",
        with_stamps({{"Name", Kind::text, nothing}, {"Type", Kind::text, nothing}}, nothing),
        {}};
    return entity;
}

const Entity& company_entity() {
    static const Entity entity{
        "Company",
        with_stamps({{"Name", Kind::text, text<Company, &Company::name>},
                     {"IndustrialSector", Kind::text, nothing},
                     {"Description", Kind::text, nothing},
                     {"IBAN", Kind::text, nothing},
                     {"BIC", Kind::text, nothing},
                     {"DebitorNumber", Kind::integer, nothing},
                     {"CreditorNumber", Kind::integer, nothing},
                     {"TaxId", Kind::text, nothing},
                     {"DefaultDeliveryConditionId", Kind::integer, nothing},
                     {"DefaultPaymentConditionId", Kind::integer, nothing}},
                    updated_on<Company>),
        {unkept("DefaultDeliveryCondition", Cardinality::one),
         unkept("DefaultPaymentCondition", Cardinality::one),
         {"DefaultAddress", Cardinality::one, address_entity, relations::address_of_company},
         {"Addresses", Cardinality::many, address_entity, relations::address_of_company},
         {"ResponsibleUsers", Cardinality::many, user_entity, relations::users_of_company},
         custom_fields(),
         {"CompanyTypes", Cardinality::many, type_of_company_entity, relations::types_of_company},
         unkept("Files", Cardinality::many),
         {"Subsystems", Cardinality::many, subsystem_entity, relations::subsystems<Company>}}};
    return entity;
}

const Entity& project_entity() {
    static const Entity entity{
        "Project",
        with_stamps({{"Number", Kind::text, text<Project, &Project::number>},
                     {"Name", Kind::text, text<Project, &Project::name>},
                     {"Status", Kind::text, nothing},
                     {"PlannedStartDate", Kind::date, nothing},
                     {"PlannedEndDate", Kind::date, nothing},
                     {"StartDate", Kind::date, nothing},
                     {"EndDate", Kind::date, nothing},
                     {"AworkSyncId", Kind::text, nothing},
                     {"ProjectTemplateId", Kind::integer, nothing},
                     {"ProjectStatusId", Kind::integer, nothing},
                     {"CompanyId", Kind::integer, reference<Project, &Project::company>},
                     {"LeadId", Kind::integer, nothing},
                     {"InvoiceAddressId", Kind::integer, nothing},
                     {"DeliveryAddressId", Kind::integer, nothing},
                     {"ResponsibleUserId", Kind::integer, nothing}},
                    updated_on<Project>),
        {{"Subsystems", Cardinality::many, subsystem_entity, relations::subsystems<Project>},
         unkept("ProjectTemplate", Cardinality::one),
         {"ProjectStatus", Cardinality::one, project_status_entity, none},
         {"Company", Cardinality::one, company_entity, relations::company<Project>},
         {"ResponsibleUser", Cardinality::one, user_entity, none},
         {"DeliveryAddress", Cardinality::one, address_entity, none},
         {"InvoiceAddress", Cardinality::one, address_entity, none},
         unkept("Lead", Cardinality::one),
         custom_fields(),
         unkept("Reportings", Cardinality::many),
         unkept("Files", Cardinality::many),
         {"Members", Cardinality::many, membership_entity, relations::members_of_project},
         unkept("ContactHistories", Cardinality::many),
         {"ContactPersons", Cardinality::many, contact_entity, relations::contacts<Project>},
         unkept("Articles", Cardinality::many),
         unkept("ProjectBudgets", Cardinality::many)}};
    return entity;
}

const Entity& lead_entity() {
    static const Entity entity{
        "Lead",
        with_stamps({{"Name", Kind::text, text<Lead, &Lead::name>},
                     {"CompanyName", Kind::text, nothing},
                     {"Number", Kind::text, text<Lead, &Lead::number>},
                     {"StatusId", Kind::integer, nothing},
                     {"CashOn", Kind::instant, nothing},
                     {"ClosingProbability", Kind::integer, nothing},
                     {"Currency", Kind::text, nothing},
                     {"Volume", Kind::number, nothing},
                     {"CompanyId", Kind::integer, reference<Lead, &Lead::company>},
                     {"ResponsibleUserId", Kind::integer, reference<Lead, &Lead::responsible_user>},
                     {"ProjectId", Kind::integer, nothing}},
                    updated_on<Lead>),
        {{"Company", Cardinality::one, company_entity, relations::company<Lead>},
         {"Status", Cardinality::one, lead_status_entity, none},
         custom_fields(),
         {"ResponsibleUser", Cardinality::one, user_entity, relations::user_of_lead},
         unkept("SalesCampaigns", Cardinality::many),
         {"ContactPersons", Cardinality::many, contact_entity, relations::contacts<Lead>},
         {"Subsystems", Cardinality::many, subsystem_entity, relations::subsystems<Lead>},
         {"Project", Cardinality::one, project_entity, none}}};
    return entity;
}

}  // namespace

const Entity& contact_entity() {
    using P = ContactPerson;
    static const Entity entity{
        "ContactPerson",
        with_stamps({{"FirstName", Kind::text, text<P, &P::first_name>},
                     {"LastName", Kind::text, text<P, &P::last_name>},
                     {"Position", Kind::text, text<P, &P::position>},
                     {"CompanyId", Kind::integer, reference<P, &P::company>},
                     {"PhoneLandline", Kind::text, text<P, &P::phone_landline>},
                     {"PhoneMobile", Kind::text, text<P, &P::phone_mobile>},
                     {"Salutation", Kind::text, text<P, &P::salutation>},
                     {"Birthdate", Kind::text, text<P, &P::birthdate>},
                     {"SalutationForm", Kind::text, text<P, &P::salutation_form>},
                     {"Title", Kind::text, text<P, &P::title>},
                     {"Language", Kind::text, text<P, &P::language>},
                     {"DefaultAddressId", Kind::integer,
                      [](const Row& row) {
                          const P& contact = *std::get<const P*>(row);
                          return contact.default_address ? Value{default_address_id(contact)}
                                                         : Value{};
                      }}},
                    updated_on<P>),
        {{"Addresses", Cardinality::many, address_entity, relations::addresses_of_contact},
         {"DefaultAddress", Cardinality::one, address_entity, relations::address_of_contact},
         custom_fields(),
         {"Company", Cardinality::one, company_entity, relations::company<P>}}};
    return entity;
}

const Entity& membership_entity() {
    static const Entity entity{
        "ProjectMember",
        with_stamps(
            {{"UserId", Kind::integer,
              [](const Row& row) { return Value{std::get<Membership>(row).user.value()}; }},
             {"ProjectRoleId", Kind::integer, nothing},
             {"ProjectId", Kind::integer,
              [](const Row& row) { return Value{std::get<Membership>(row).project->id.value()}; }},
             {"ExternalChargeRateValue", Kind::number, nothing},
             {"ExternalChargeRateCurrency", Kind::text, nothing}},
            nothing),
        {{"ProjectRole", Cardinality::one, project_role_entity, none},
         {"Project", Cardinality::one, project_entity, relations::project_of_member},
         {"User", Cardinality::one, user_entity, relations::user_of_member}}};
    return entity;
}

const Entity& user_entity() {
    static const Entity entity{
        "User",
        with_stamps(
            {{"FirstName", Kind::text, text<User, &User::first_name>},
             {"LastName", Kind::text, text<User, &User::last_name>},
             {"UserName", Kind::text, text<User, &User::user_name>},
             {"EMailWork", Kind::text, text<User, &User::email_work>},
             {"Salutation", Kind::text, nothing},
             {"Title", Kind::text, nothing},
             {"EmployeeNumber", Kind::text, nothing},
             {"Department", Kind::text, nothing},
             {"BirthDate", Kind::date, nothing},
             {"FederalState", Kind::text, nothing},
             {"Country", Kind::text, nothing},
             {"BasicLoadInHours", Kind::number, nothing},
             {"EntryDate", Kind::date, nothing},
             {"LeavingDate", Kind::date,
              [](const Row& row) { return date_value(std::get<const User*>(row)->leaving_date); }},
             {"PhoneLandlinePrivate", Kind::text, nothing},
             {"PhoneLandlineWork", Kind::text, nothing},
             {"PhoneMobilePrivate", Kind::text, nothing},
             {"PhoneMobileWork", Kind::text, nothing}},
            updated_on<User>),
        {unkept("UserWorkingHours", Cardinality::many),
         custom_fields(),
         unkept("UserGroups", Cardinality::many),
         unkept("ResourceGroup", Cardinality::one),
         unkept("Absences", Cardinality::many),
         unkept("Assignments", Cardinality::many),
         unkept("Reportings", Cardinality::many),
         {"ProjectMembers", Cardinality::many, membership_entity, relations::members_of_user}}};
    return entity;
}

const Property* Entity::property(std::string_view wanted) const {
    const auto at = std::ranges::find(properties, wanted, &Property::name);
    return at == properties.end() ? nullptr : &*at;
}

const Navigation* Entity::navigation(std::string_view wanted) const {
    const auto at = std::ranges::find(navigations, wanted, &Navigation::name);
    return at == navigations.end() ? nullptr : &*at;
}

const std::vector<EntitySet>& entity_sets() {
    using relations::all;
    constexpr auto empty = [](const Directory&) { return std::vector<Row>{}; };
    static const std::vector<EntitySet> sets = {
        {"Companies", company_entity, all<&Snapshot::companies>},
        {"CompanyTypeToCompanies", type_of_company_entity, relations::all_types_of_companies},
        {"CompanyTypes", named_type_entity, relations::all_named_types},
        {"ContactPersons", contact_entity, all<&Snapshot::contacts>},
        {"LeadStatuses", lead_status_entity, empty},
        {"Leads", lead_entity, all<&Snapshot::leads>},
        {"ProjectRoles", project_role_entity, empty},
        {"ProjectStatuses", project_status_entity, empty},
        {"Projects", project_entity, all<&Snapshot::projects>},
        {"Subsystem", subsystem_entity, all<&Snapshot::subsystems>},
        {"Users", user_entity, all<&Snapshot::users>},
    };
    return sets;
}

const EntitySet* entity_set(std::string_view name) {
    const auto& sets = entity_sets();
    const auto at = std::ranges::find(sets, name, &EntitySet::name);
    return at == sets.end() ? nullptr : &*at;
}

bool has_related_path(std::string_view set, std::string_view navigation) {
    using Pair = std::pair<std::string_view, std::string_view>;
    static constexpr std::array paths{
        Pair{"Companies", "Addresses"},    Pair{"Companies", "Files"},
        Pair{"Companies", "CustomFields"}, Pair{"ContactPersons", "CustomFields"},
        Pair{"Leads", "CustomFields"},     Pair{"Projects", "CustomFields"},
        Pair{"Projects", "Files"},         Pair{"Projects", "Members"},
        Pair{"Users", "CustomFields"},     Pair{"Users", "ProjectMembers"},
        Pair{"Users", "Assignments"},      Pair{"Users", "Absences"},
        Pair{"Users", "Reportings"},       Pair{"Users", "UserWorkingHours"},
    };
    return std::ranges::find(paths, Pair{set, navigation}) != paths.end();
}

}  // namespace hqsync::hqapi
