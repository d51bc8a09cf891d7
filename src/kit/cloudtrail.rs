//! CloudTrail's log files: each is one JSON object whose `Records` are the events.
//!
//! The fields: "CloudTrail record contents" and "CloudTrail userIdentity element" in AWS's documentation. What depends on
//! the service that was called (`requestParameters` and its like) is a column of JSON text.

use super::{Field, Format, Kit, field};

const COLUMNS: &[Field] = &[field(
    "Records",
    concat!(
        "array<struct<",
        "eventVersion:string,",
        "userIdentity:struct<",
        "type:string,principalId:string,arn:string,accountId:string,accessKeyId:string,userName:string,",
        "invokedBy:string,identityProvider:string,",
        "sessionContext:struct<",
        "attributes:struct<creationDate:string,mfaAuthenticated:string>,",
        "sessionIssuer:struct<type:string,principalId:string,arn:string,accountId:string,userName:string>,",
        "webIdFederationData:struct<federatedProvider:string,attributes:string>,",
        "sourceIdentity:string,ec2RoleDelivery:string>>,",
        "eventTime:string,",
        "eventSource:string,",
        "eventName:string,",
        "awsRegion:string,",
        "sourceIPAddress:string,",
        "userAgent:string,",
        "errorCode:string,",
        "errorMessage:string,",
        "requestParameters:string,",
        "responseElements:string,",
        "additionalEventData:string,",
        "requestID:string,",
        "eventID:string,",
        "readOnly:string,",
        "resources:array<struct<ARN:string,accountId:string,type:string>>,",
        "eventType:string,",
        "apiVersion:string,",
        "managementEvent:string,",
        "recipientAccountId:string,",
        "serviceEventDetails:string,",
        "sharedEventID:string,",
        "vpcEndpointId:string,",
        "eventCategory:string,",
        "sessionCredentialFromConsole:string,",
        "tlsDetails:struct<tlsVersion:string,cipherSuite:string,clientProvidedHostHeader:string>>>"
    ),
    "the events of a file",
)];

const DAY: Field = field("dt", "string", "day of the delivery, UTC: yyyy-mm-dd");
const ACCOUNT: Field = field("account", "string", "account of the events");
const REGION: Field = field("region", "string", "region of the events");

pub(super) const CLOUDTRAIL: Kit = Kit {
    name: "cloudtrail",
    title: "CloudTrail events of one or more accounts",
    layout: "AWSLogs/{account}/CloudTrail/{region}/{dt:%Y/%m/%d}",
    columns: COLUMNS,
    keys: &[ACCOUNT, REGION, DAY],
    format: Format::Json,
};

pub(super) const CLOUDTRAIL_ORGANIZATION: Kit = Kit {
    name: "cloudtrail-organization",
    title: "CloudTrail events of an organization's trail",
    layout: "AWSLogs/{organization}/{account}/CloudTrail/{region}/{dt:%Y/%m/%d}",
    columns: COLUMNS,
    keys: &[
        field(
            "organization",
            "string",
            "the organization, as in o-exampleorgid",
        ),
        ACCOUNT,
        REGION,
        DAY,
    ],
    format: Format::Json,
};
