internal import LaunchCore

/// The configuration that AWS's tools share on a machine: `~/.aws/config` and `~/.aws/credentials`, with the position
/// of every value.
public struct SharedConfig: Sendable {
    /// The path of the configuration file. The file may be missing.
    public let configFile: String
    /// The path of the credentials file. The file may be missing.
    public let credentialsFile: String
    /// The profiles by name. Values of the credentials file replace those of the configuration file.
    public private(set) var profiles: [String: ConfigSection] = [:]
    /// The `[sso-session NAME]` sections by name.
    public private(set) var ssoSessions: [String: ConfigSection] = [:]
    /// The `[services NAME]` sections by name.
    public private(set) var services: [String: ConfigSection] = [:]
    /// The profiles of the credentials file only: their keys take precedence over a profile's other sources.
    private(set) var credentialProfiles: [String: ConfigSection] = [:]
    /// The profiles of the configuration file only.
    private(set) var configProfiles: [String: ConfigSection] = [:]

    /// Reads both files. A missing file counts as empty.
    /// - Throws: `AWSError` of kind configuration for a file that cannot be read or parsed, with its line.
    public init(variables: AWSVariables) throws(AWSError) {
        let paths = HomePath(variables: variables)
        let configFile = paths.expand(variables["AWS_CONFIG_FILE"] ?? "~/.aws/config")
        let credentialsFile = paths.expand(variables["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials")
        try self.init(
            config: Self.read(configFile), configFile: configFile, credentials: Self.read(credentialsFile),
            credentialsFile: credentialsFile)
    }

    /// Parses both texts.
    init(config: String, configFile: String, credentials: String, credentialsFile: String) throws(AWSError) {
        self.configFile = configFile
        self.credentialsFile = credentialsFile
        for section in try INIReader.sections(of: config, file: configFile) {
            try add(section)
        }
        for section in try INIReader.sections(of: credentials, file: credentialsFile) {
            credentialProfiles[section.name] = try Self.made(section, name: section.name, file: credentialsFile)
        }
        profiles = configProfiles
        for (name, section) in credentialProfiles {
            var joined = configProfiles[name] ?? section
            joined.values.merge(section.values) { $1 }
            profiles[name] = joined
        }
    }

    private mutating func add(_ section: INIReader.Section) throws(AWSError) {
        if section.name == "default" {
            configProfiles["default"] = try Self.made(section, name: "default", file: configFile)
            return
        }
        guard let words = try? CommandWords.split(section.name, escapedInDoubleQuotes: CommandWords.shlexEscapes),
            words.count == 2
        else { return }
        let made = try Self.made(section, name: words[1], file: configFile)
        switch words[0] {
        case "profile": configProfiles[words[1]] = made
        case "sso-session": ssoSessions[words[1]] = made
        case "services": services[words[1]] = made
        // Sections with other headers are for other tools.
        default: break
        }
    }

    private static func made(
        _ section: INIReader.Section, name: String, file: String
    ) throws(AWSError) -> ConfigSection {
        var result = ConfigSection(name: name, file: file, line: section.line)
        for entry in section.entries { result.values[entry.key] = try entry.value(in: file) }
        return result
    }

    private static func read(_ path: String) throws(AWSError) -> String {
        guard let bytes = try ConfigFile.bytes(path) else { return "" }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            // No character of UTF-8 contains a line feed, so each line can be checked separately.
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
            throw .configuration("The file is not UTF-8.", file: path, line: line)
        }
        return text
    }
}
