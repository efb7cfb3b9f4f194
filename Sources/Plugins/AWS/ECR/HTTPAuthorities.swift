internal import LaunchHTTP

/// The certificate authorities for AWS's hosts.
enum HTTPAuthorities {
    /// The file that the variables or the profile set; nil for the system's.
    static func file(_ variables: [String: String], _ settings: ProfileSettings) -> String? {
        HTTPClient.Configuration.aws(
            variables: variables, caBundle: settings.section?.text("ca_bundle"), userAgent: ""
        ).caBundle
    }
}
