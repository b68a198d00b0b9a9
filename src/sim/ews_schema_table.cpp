// Names, order and values as types.xsd and messages.xsd of Exchange have them; what the simulator
// does not look into is "any".
#include "sim/ews_schema_table.hpp"

namespace hqsync::sim {

const char* const ews_schema_types =
    R"($path: (FieldURI=Unindexed|IndexedFieldURI=Indexed|ExtendedFieldURI=Extended)
$search: (Exists=Exists|Excludes=Excludes|IsEqualTo=Compare|IsNotEqualTo=Compare
  |IsGreaterThan=Compare|IsGreaterThanOrEqualTo=Compare|IsLessThan=Compare
  |IsLessThanOrEqualTo=Compare|Contains=Contains|Not=One|And=Several|Or=Several)
$item: (Item=any|Message=any|SharingMessage=any|CalendarItem=any|Contact=Contact
  |DistributionList=any|MeetingMessage=any|MeetingRequest=any|MeetingResponse=any
  |MeetingCancellation=any|Task=any|PostItem=any)
$folder: (Folder=Folder|CalendarFolder=any|ContactsFolder=ContactsFolder|SearchFolder=any
  |TasksFolder=any)
RequestServerVersion: @Version=Version
ExchangeImpersonation: ConnectingSID=ConnectingSid
ConnectingSid: (PrincipalName=filled|SID=filled|PrimarySmtpAddress=filled|SmtpAddress=filled)
TimeZoneContext: TimeZoneDefinition=any
DateTimePrecision: #Precision
MailboxCulture: #string
GetFolder: m:FolderShape=FolderShape m:FolderIds=FolderIds
FindFolder: @Traversal=FolderTraversal m:FolderShape=FolderShape
  (m:IndexedPageFolderView=IndexedPage|m:FractionalPageFolderView=FractionalPage)?
  m:Restriction=One? m:ParentFolderIds=FolderIds
CreateFolder: m:ParentFolderId=Target m:Folders=Folders
UpdateFolder: m:FolderChanges=FolderChanges
DeleteFolder: @DeleteType=Disposal m:FolderIds=FolderIds
EmptyFolder: @DeleteType=Disposal @DeleteSubFolders=boolean m:FolderIds=FolderIds
MoveFolder: m:ToFolderId=Target m:FolderIds=FolderIds
SyncFolderHierarchy: m:FolderShape=FolderShape m:SyncFolderId=Target? m:SyncState=string?
SyncFolderItems: m:ItemShape=ItemShape m:SyncFolderId=Target m:SyncState=string?
  m:Ignore=MaybeItemIds? m:MaxChangesReturned=SyncSize m:SyncScope=SyncScope?
FindItem: @Traversal=ItemTraversal m:ItemShape=ItemShape
  (m:IndexedPageItemView=IndexedPage|m:FractionalPageItemView=FractionalPage
  |m:SeekToConditionPageItemView=SeekPage|m:CalendarView=any|m:ContactsView=any)?
  (m:GroupBy=any|m:DistinguishedGroupBy=any)? m:Restriction=One? m:SortOrder=SortOrder?
  m:ParentFolderIds=FolderIds m:QueryString=any?
GetItem: m:ItemShape=ItemShape m:ItemIds=ItemIds
CreateItem: @MessageDisposition=Disposition? @SendMeetingInvitations=Invitations?
  m:SavedItemFolderId=Target? m:Items=Items
UpdateItem: @ConflictResolution=Conflict @MessageDisposition=Disposition?
  @SendMeetingInvitationsOrCancellations=Updates? @SuppressReadReceipts=boolean?
  m:SavedItemFolderId=Target? m:ItemChanges=ItemChanges
MoveItem: m:ToFolderId=Target m:ItemIds=ItemIds m:ReturnNewItemIds=boolean?
CopyItem: m:ToFolderId=Target m:ItemIds=ItemIds m:ReturnNewItemIds=boolean?
DeleteItem: @DeleteType=Disposal @SendMeetingCancellations=Invitations?
  @AffectedTaskOccurrences=Occurrences? @SuppressReadReceipts=boolean? m:ItemIds=ItemIds
CreateAttachment: m:ParentItemId=ItemId m:Attachments=Attachments
GetAttachment: m:AttachmentShape=any? m:AttachmentIds=AttachmentIds
DeleteAttachment: m:AttachmentIds=AttachmentIds
ConvertId: @DestinationFormat=IdFormat m:SourceIds=AlternateIds
ResolveNames: @ReturnFullContactData=boolean @SearchScope=SearchScope? @ContactDataShape=Shape?
  m:ParentFolderIds=FolderIds? m:UnresolvedEntry=filled
Subscribe: (m:PullSubscriptionRequest=any|m:PushSubscriptionRequest=any
  |m:StreamingSubscriptionRequest=Streaming)
Unsubscribe: m:SubscriptionId=filled
GetStreamingEvents: m:SubscriptionIds=SubscriptionIds m:ConnectionTimeout=int
Streaming: @SubscribeToAllFolders=boolean? FolderIds=FolderIds? EventTypes=EventTypes
EventTypes: EventType=EventKind+
SubscriptionIds: SubscriptionId=filled+
FolderShape: BaseShape=Shape AdditionalProperties=Paths?
ItemShape: BaseShape=Shape IncludeMimeContent=boolean? BodyType=ShapeBody?
  UniqueBodyType=ShapeBody? NormalizedBodyType=ShapeBody? FilterHtmlContent=boolean?
  ConvertHtmlCodePageToUTF8=boolean? InlineImageUrlTemplate=string? BlockExternalImages=boolean?
  AddBlankTargetToLinks=boolean? MaximumBodySize=int? AdditionalProperties=Paths?
Paths: $path+
Unindexed: @FieldURI=Field
Indexed: @FieldURI=Dictionary @FieldIndex=string
Extended: @DistinguishedPropertySetId=PropertySet? @PropertySetId=guid? @PropertyTag=tag?
  @PropertyName=string? @PropertyId=int? @PropertyType=PropertyType
FolderIds: (FolderId=FolderId|DistinguishedFolderId=DistinguishedFolderId)+
Target: (FolderId=FolderId|DistinguishedFolderId=DistinguishedFolderId|AddressListId=any)
FolderId: @Id=string @ChangeKey=string?
DistinguishedFolderId: @Id=FolderName @ChangeKey=string? Mailbox=Mailbox?
Mailbox: Name=string? EmailAddress=filled? RoutingType=filled? MailboxType=MailboxKind?
  ItemId=ItemId? OriginalDisplayName=string?
ItemIds: (ItemId=ItemId|OccurrenceItemId=any|RecurringMasterItemId=any)+
MaybeItemIds: ItemId=ItemId*
ItemId: @Id=string @ChangeKey=string?
AttachmentIds: AttachmentId=AttachmentId+
AttachmentId: @Id=string
AlternateIds: (AlternateId=AlternateId|AlternatePublicFolderId=any
  |AlternatePublicFolderItemId=any)+
AlternateId: @Format=IdFormat @Id=string @Mailbox=filled @IsArchive=boolean?
IndexedPage: @MaxEntriesReturned=int? @Offset=int @BasePoint=BasePoint
FractionalPage: @MaxEntriesReturned=int? @Numerator=int @Denominator=int
SeekPage: @MaxEntriesReturned=int? @BasePoint=BasePoint Condition=One
SortOrder: FieldOrder=FieldOrder+
FieldOrder: @Order=Order $path
One: $search
Several: $search+
Exists: $path
Excludes: $path Bitmask=any
Compare: $path FieldURIOrConstant=Operand
Operand: (FieldURI=Unindexed|IndexedFieldURI=Indexed|ExtendedFieldURI=Extended|Constant=Constant)
Constant: @Value=string
Contains: @ContainmentMode=Mode? @ContainmentComparison=Comparison? $path Constant=Constant
Folders: $folder+
Folder: FolderId=FolderId? ParentFolderId=FolderId? FolderClass=string? DisplayName=string?
  TotalCount=int? ChildFolderCount=int? ExtendedProperty=ExtendedProperty*
  ManagedFolderInformation=any? EffectiveRights=any? DistinguishedFolderId=FolderName?
  PolicyTag=any? ArchiveTag=any? ReplicaList=any? PermissionSet=any? UnreadCount=int?
ContactsFolder: FolderId=FolderId? ParentFolderId=FolderId? FolderClass=string?
  DisplayName=string? TotalCount=int? ChildFolderCount=int? ExtendedProperty=ExtendedProperty*
  ManagedFolderInformation=any? EffectiveRights=any? DistinguishedFolderId=FolderName?
  PolicyTag=any? ArchiveTag=any? ReplicaList=any? SharingEffectiveRights=any? PermissionSet=any?
FolderChanges: FolderChange=FolderChange+
FolderChange: (FolderId=FolderId|DistinguishedFolderId=DistinguishedFolderId)
  Updates=FolderUpdates
FolderUpdates: (AppendToFolderField=SetFolderField|SetFolderField=SetFolderField
  |DeleteFolderField=Exists)+
SetFolderField: $path $folder
ExtendedProperty: ExtendedFieldURI=Extended (Value=string|Values=Values)
Values: Value=string+
Items: $item+
ItemChanges: ItemChange=ItemChange+
ItemChange: (ItemId=ItemId|OccurrenceItemId=any|RecurringMasterItemId=any) Updates=ItemUpdates
ItemUpdates: (AppendToItemField=SetItemField|SetItemField=SetItemField|DeleteItemField=Exists)+
SetItemField: $path $item
Contact: MimeContent=any? ItemId=ItemId? ParentFolderId=FolderId? ItemClass=string?
  Subject=string? Sensitivity=Sensitivity? Body=Body? Attachments=Attachments?
  DateTimeReceived=dateTime? Size=int? Categories=Strings? Importance=Importance?
  InReplyTo=string? IsSubmitted=boolean? IsDraft=boolean? IsFromMe=boolean? IsResend=boolean?
  IsUnmodified=boolean? InternetMessageHeaders=any? DateTimeSent=dateTime?
  DateTimeCreated=dateTime? ResponseObjects=any? ReminderDueBy=dateTime? ReminderIsSet=boolean?
  ReminderNextTime=dateTime? ReminderMinutesBeforeStart=string? DisplayCc=string?
  DisplayTo=string? DisplayBcc=string? HasAttachments=boolean?
  ExtendedProperty=ExtendedProperty* Culture=string? EffectiveRights=any?
  LastModifiedName=string? LastModifiedTime=dateTime? IsAssociated=boolean?
  WebClientReadFormQueryString=string? WebClientEditFormQueryString=string?
  ConversationId=ItemId? UniqueBody=any? Flag=Flag? StoreEntryId=base64? InstanceKey=base64?
  NormalizedBody=any? EntityExtractionResult=any? PolicyTag=any? ArchiveTag=any?
  RetentionDate=dateTime? Preview=string? RightsManagementLicenseData=any?
  PredictedActionReasons=any? IsClutter=boolean? BlockStatus=boolean? HasBlockedImages=boolean?
  TextBody=any? IconIndex=any? FileAs=string? FileAsMapping=FileAsMapping? DisplayName=string?
  GivenName=string? Initials=string? MiddleName=string? Nickname=string? CompleteName=any?
  CompanyName=string? EmailAddresses=Emails? PhysicalAddresses=Addresses? PhoneNumbers=Phones?
  AssistantName=string? Birthday=dateTime? BusinessHomePage=string? Children=Strings?
  Companies=Strings? ContactSource=any? Department=string? Generation=string? ImAddresses=Ims?
  JobTitle=string? Manager=string? Mileage=string? OfficeLocation=string?
  PostalAddressIndex=AddressIndex? Profession=string? SpouseName=string? Surname=string?
  WeddingAnniversary=dateTime? HasPicture=boolean? PhoneticFullName=string?
  PhoneticFirstName=string? PhoneticLastName=string? Alias=string? Notes=string? Photo=base64?
  UserSMIMECertificate=any? MSExchangeCertificate=any? DirectoryId=string? ManagerMailbox=any?
  DirectReports=any?
Strings: String=string*
Body: @BodyType=BodyType @IsTruncated=boolean? #string
Flag: FlagStatus=FlagStatus StartDate=dateTime? DueDate=dateTime? CompleteDate=dateTime?
Emails: Entry=Email+
Email: @Key=EmailKey @Name=string? @RoutingType=string? @MailboxType=MailboxKind? #string
Addresses: Entry=Address+
Address: @Key=AddressKey Street=string? City=string? State=string? CountryOrRegion=string?
  PostalCode=string?
Phones: Entry=Phone+
Phone: @Key=PhoneKey #string
Ims: Entry=Im+
Im: @Key=ImKey #string
Attachments: (ItemAttachment=any|FileAttachment=FileAttachment|ReferenceAttachment=any)+
FileAttachment: AttachmentId=any? Name=string? ContentType=string? ContentId=string?
  ContentLocation=string? AttachmentOriginalUrl=string? Size=int? LastModifiedTime=dateTime?
  IsInline=boolean? IsContactPhoto=boolean? Content=base64?
)";

const char* const ews_schema_values = R"(Version:
  Exchange2007 Exchange2007_SP1 Exchange2009 Exchange2010 Exchange2010_SP1
  Exchange2010_SP2 Exchange2012 Exchange2013 Exchange2013_SP1 Exchange2015 Exchange2016
  V2015_10_05 V2016_01_06 V2016_04_13 V2016_07_13 V2016_10_10 V2017_01_07 V2017_04_14
  V2017_07_11
EventKind:
  CopiedEvent CreatedEvent DeletedEvent ModifiedEvent MovedEvent NewMailEvent
  FreeBusyChangedEvent
BodyType:
  HTML Text
ShapeBody:
  Best HTML Text
Conflict:
  NeverOverwrite AutoResolve AlwaysOverwrite
Comparison:
  Exact IgnoreCase IgnoreNonSpacingCharacters Loose IgnoreCaseAndNonSpacingCharacters
  LooseAndIgnoreCase LooseAndIgnoreNonSpace LooseAndIgnoreCaseAndIgnoreNonSpace
Mode:
  FullString Prefixed Substring PrefixOnWords ExactPhrase
Shape:
  IdOnly Default AllProperties PcxPeopleSearch
Precision:
  Seconds Milliseconds
Dictionary:
  item:InternetMessageHeader contacts:ImAddress contacts:PhysicalAddress:Street
  contacts:PhysicalAddress:City contacts:PhysicalAddress:State
  contacts:PhysicalAddress:CountryOrRegion contacts:PhysicalAddress:PostalCode
  contacts:PhoneNumber contacts:EmailAddress distributionlist:Members:Member
Disposal:
  HardDelete SoftDelete MoveToDeletedItems
FolderName:
  calendar contacts deleteditems drafts inbox journal notes outbox sentitems tasks
  msgfolderroot publicfoldersroot root junkemail searchfolders voicemail
  recoverableitemsroot recoverableitemsdeletions recoverableitemsversions
  recoverableitemspurges recoverableitemsdiscoveryholds archiveroot archivemsgfolderroot
  archivedeleteditems archiveinbox archiverecoverableitemsroot
  archiverecoverableitemsdeletions archiverecoverableitemsversions
  archiverecoverableitemspurges archiverecoverableitemsdiscoveryholds syncissues conflicts
  localfailures serverfailures recipientcache quickcontacts conversationhistory
  adminauditlogs todosearch mycontacts directory imcontactlist peopleconnect favorites
  mecontact personmetadata teamspaceactivity teamspacemessaging teamspaceworkitems
  scheduled orionnotes tagitems alltaggeditems externalcontacts teamchat teamchathistory
  yammerroot yammerinbound yammeroutbound yammerfeeds onedriveroot onedriverecylebin
  onedrivesystem onedrivevolume important starred archive
PropertySet:
  Meeting Appointment Common PublicStrings Address InternetHeaders CalendarAssistant
  UnifiedMessaging Task Sharing
EmailKey:
  EmailAddress1 EmailAddress2 EmailAddress3
FileAsMapping:
  None LastCommaFirst FirstSpaceLast Company LastCommaFirstCompany CompanyLastFirst
  LastFirst LastFirstCompany CompanyLastCommaFirst LastFirstSuffix LastSpaceFirstCompany
  CompanyLastSpaceFirst LastSpaceFirst DisplayName FirstName LastFirstMiddleSuffix
  LastName Empty
FolderTraversal:
  Shallow Deep SoftDeleted
IdFormat:
  EwsLegacyId EwsId EntryId HexEntryId StoreId OwaId
ImKey:
  ImAddress1 ImAddress2 ImAddress3
Importance:
  Low Normal High
BasePoint:
  Beginning End
ItemTraversal:
  Shallow SoftDeleted Associated
MailboxKind:
  Unknown OneOff Mailbox PublicDL PrivateDL Contact PublicFolder GroupMailbox
  ImplicitContact
PropertyType:
  ApplicationTime ApplicationTimeArray Binary BinaryArray Boolean CLSID CLSIDArray
  Currency CurrencyArray Double DoubleArray Error Float FloatArray Integer IntegerArray
  Long LongArray Null Object ObjectArray Short ShortArray SystemTime SystemTimeArray
  String StringArray
Disposition:
  SaveOnly SendOnly SendAndSaveCopy
AddressIndex:
  None Home Business Other
AddressKey:
  Home Business Other
SearchScope:
  ActiveDirectory ActiveDirectoryContacts Contacts ContactsActiveDirectory
Sensitivity:
  Normal Personal Private Confidential
Order:
  Ascending Descending
SyncScope:
  NormalItems NormalAndAssociatedItems
Invitations:
  SendToNone SendOnlyToAll SendToAllAndSaveCopy
Updates:
  SendToNone SendOnlyToAll SendOnlyToChanged SendToAllAndSaveCopy SendToChangedAndSaveCopy
Occurrences:
  AllOccurrences SpecifiedOccurrenceOnly
FlagStatus:
  NotFlagged Flagged Complete
PhoneKey:
  AssistantPhone BusinessFax BusinessPhone BusinessPhone2 Callback CarPhone
  CompanyMainPhone HomeFax HomePhone HomePhone2 Isdn MobilePhone OtherFax OtherTelephone
  Pager PrimaryPhone RadioPhone Telex TtyTddPhone
Field:
  folder:FolderId folder:ParentFolderId folder:DisplayName folder:UnreadCount
  folder:TotalCount folder:ChildFolderCount folder:FolderClass folder:SearchParameters
  folder:ManagedFolderInformation folder:PermissionSet folder:EffectiveRights
  folder:SharingEffectiveRights folder:DistinguishedFolderId folder:PolicyTag
  folder:ArchiveTag folder:ReplicaList item:ItemId item:ParentFolderId item:ItemClass
  item:MimeContent item:Attachments item:Subject item:DateTimeReceived item:Size
  item:Categories item:HasAttachments item:Importance item:InReplyTo
  item:InternetMessageHeaders item:IsAssociated item:IsDraft item:IsFromMe item:IsResend
  item:IsSubmitted item:IsUnmodified item:DateTimeSent item:DateTimeCreated item:Body
  item:ResponseObjects item:Sensitivity item:ReminderDueBy item:ReminderIsSet
  item:ReminderNextTime item:ReminderMinutesBeforeStart item:DisplayTo item:DisplayCc
  item:DisplayBcc item:Culture item:EffectiveRights item:LastModifiedName
  item:LastModifiedTime item:ConversationId item:UniqueBody item:Flag item:StoreEntryId
  item:InstanceKey item:NormalizedBody item:EntityExtractionResult item:PolicyTag
  item:ArchiveTag item:RetentionDate item:Preview item:PredictedActionReasons
  item:IsClutter item:RightsManagementLicenseData item:BlockStatus item:HasBlockedImages
  item:WebClientReadFormQueryString item:WebClientEditFormQueryString item:TextBody
  item:IconIndex  contacts:Alias
  contacts:AssistantName contacts:Birthday contacts:BusinessHomePage contacts:Children
  contacts:Companies contacts:CompanyName contacts:CompleteName contacts:ContactSource
  contacts:Culture contacts:Department contacts:DisplayName contacts:DirectoryId
  contacts:DirectReports contacts:EmailAddresses
  contacts:FileAs contacts:FileAsMapping contacts:Generation contacts:GivenName
  contacts:ImAddresses contacts:Initials contacts:JobTitle contacts:Manager
  contacts:ManagerMailbox contacts:MiddleName contacts:Mileage
  contacts:MSExchangeCertificate contacts:Nickname contacts:Notes contacts:OfficeLocation
  contacts:PhoneNumbers contacts:PhoneticFullName contacts:PhoneticFirstName
  contacts:PhoneticLastName contacts:Photo contacts:PhysicalAddresses
  contacts:PostalAddressIndex contacts:Profession contacts:SpouseName contacts:Surname
  contacts:WeddingAnniversary contacts:UserSMIMECertificate contacts:HasPicture
)";

}  // namespace hqsync::sim
