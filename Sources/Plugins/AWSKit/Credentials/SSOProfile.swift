internal import LaunchCore
internal import LaunchSuggestions

/// A profile's settings of its IAM Identity Center (SSO) login, from a `[sso-session]` section or the profile itself.
struct SSOProfile: Sendable {
    let profile: String
    /// The name of the session's section; nil in the old format.
    let session: String?
    let startURL: String
    let region: String
    let account: String
    let role: String

    /// Nil if the profile has no SSO login.
    /// - Throws: kind configuration for missing and contradictory settings, with their position.
    init?(_ section: ConfigSection, in config: SharedConfig) throws(AWSError) {
        guard let first = section["sso_account_id"] ?? section["sso_role_name"] else { return nil }
        var values = section.values
        session = section.text("sso_session")
        if let reference = section["sso_session"] {
            guard let found = config.ssoSessions[reference.text] else {
                let question = Suggestion.question(about: reference.text, in: config.ssoSessions.keys.sorted())
                throw .configuration(
                    "The section [sso-session \(reference.text)] does not exist\(question.isEmpty ? "." : question)",
                    at: reference)
            }
            for key in ["sso_start_url", "sso_region"] {
                if let own = section[key], let shared = found[key], own.text != shared.text {
                    throw .configuration(
                        "\(key) is \(Wording.quoted(own.text)) here and \(Wording.quoted(shared.text)) in \(shared.place).",
                        at: own)
                }
            }
            values.merge(found.values) { $1 }
        }
        let needed = ["sso_start_url", "sso_region", "sso_account_id", "sso_role_name"]
        let missing = needed.filter { values[$0]?.text.isEmpty ?? true }
        guard missing.isEmpty, let startURL = values["sso_start_url"]?.text, let region = values["sso_region"]?.text,
            let account = values["sso_account_id"]?.text, let role = values["sso_role_name"]?.text
        else {
            throw .configuration(
                "The SSO login of the profile \(section.name) lacks \(Wording.all(missing)).", at: first)
        }
        (self.startURL, self.region, self.account, self.role) = (startURL, region, account, role)
        profile = section.name
    }
}
