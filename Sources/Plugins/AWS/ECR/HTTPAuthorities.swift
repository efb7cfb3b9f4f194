internal import HTTP

/// Which certificate authorities AWS's hosts are checked with.
enum HTTPAuthorities {
    /// The file that the variables or the profile name; nil is the system's.
    static func file(_ variables: [String: String], _ settings: ProfileSettings) -> String? {
        HTTPClient.Configuration.aws(
            variables: variables, caBundle: settings.section?.text("ca_bundle"), userAgent: ""
        ).caBundle
    }
}
