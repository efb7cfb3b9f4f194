internal import LaunchPluginKit

/// The keys of `environment: {type: aws}`.
public struct AWSEnvironmentOptions: Sendable, Hashable {
    /// The value of `region` that selects the instance's region.
    public static let instanceRegion = "instance"

    /// The region; `instance` for the EC2 instance's.
    public var region: String?
    /// The profile of AWS's files.
    public var profile: String?
    /// The role that the found credentials assume.
    public var roleARN: String?
    /// The external ID for the role's trust policy.
    public var externalID: String?
    /// The URL of all services, for emulators.
    public var endpointURL: String?

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

    /// Throws for options that are invalid in every environment.
    func check() throws(AWSError) {
        if let roleARN, !RoleRequest.isRoleARN(roleARN) {
            throw AWSError(
                .configuration, "The role_arn \(Wording.quoted(roleARN)) is not the ARN of a role.",
                hint: "Write it like arn:aws:iam::123456789012:role/name.")
        }
        if externalID != nil, roleARN == nil {
            throw AWSError(.configuration, "There is an external_id but no role_arn.")
        }
        if let externalID, !Self.isExternalID(externalID) {
            throw AWSError(
                .configuration, "The external_id must have 2 to 1224 letters, digits or characters of +=,.@:/-.")
        }
        if let endpointURL, URLHost(endpointURL) == nil {
            throw AWSError(
                .configuration, "The endpoint_url \(Wording.quoted(endpointURL)) is not an http or https URL.",
                hint: "Write https://host or http://host:port.")
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
