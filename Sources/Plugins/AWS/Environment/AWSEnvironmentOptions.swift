internal import LaunchHost

/// The keys of `environment: {type: aws}`.
public struct AWSEnvironmentOptions: Sendable, Hashable {
    /// The word for `region` that asks the instance's metadata.
    public static let instanceRegion = "instance"

    /// The region; `instance` for the one that the EC2 instance is in.
    public var region: String?
    /// The profile of AWS's files.
    public var profile: String?
    /// The role that the found credentials assume.
    public var roleARN: String?
    /// What the role's trust policy may ask for.
    public var externalID: String?
    /// The URL that all services are asked at, for stand-ins.
    public var endpointURL: String?

    /// Options from their parts.
    public init(
        region: String? = nil, profile: String? = nil, roleARN: String? = nil, externalID: String? = nil,
        endpointURL: String? = nil
    ) {
        self.region = region
        self.profile = profile
        self.roleARN = roleARN
        self.externalID = externalID
        self.endpointURL = endpointURL
    }

    /// Throws for what is wrong whatever else holds.
    func check() throws(AWSError) {
        if let roleARN, !RoleRequest.isRoleARN(roleARN) {
            throw AWSError(
                .configuration, "The role_arn \(Wording.quoted(roleARN)) is no ARN of a role.",
                hint: "One looks like arn:aws:iam::123456789012:role/name.")
        }
        if externalID != nil, roleARN == nil {
            throw AWSError(.configuration, "There is an external_id and no role_arn that it could be for.")
        }
        if let externalID, !Self.isExternalID(externalID) {
            throw AWSError(
                .configuration, "The external_id must have 2 to 1224 letters, digits or characters of +=,.@:/-.")
        }
        if let endpointURL, URLHost(endpointURL) == nil {
            throw AWSError(
                .configuration, "The endpoint_url \(Wording.quoted(endpointURL)) is no http or https URL.",
                hint: "It looks like https://host or http://host:port.")
        }
        for (key, value) in [("region", region), ("profile", profile)] {
            if value?.isEmpty == true { throw AWSError(.configuration, "The \(key) is empty.") }
        }
    }

    private static func isExternalID(_ text: String) -> Bool {
        (2...1224).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+=,.@:/-".contains($0)) }
    }
}
