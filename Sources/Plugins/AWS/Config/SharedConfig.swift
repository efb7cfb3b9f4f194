internal import FoundationEssentials
internal import Glibc

/// What AWS's tools share on a machine: `~/.aws/config` and `~/.aws/credentials`, with the place of every value.
public struct SharedConfig: Sendable {
    /// The path of the configuration file, which need not exist.
    public let configFile: String
    /// The path of the credentials file, which need not exist.
    public let credentialsFile: String
    /// The profiles by name, values of the credentials file over those of the configuration file.
    public private(set) var profiles: [String: ConfigSection] = [:]
    /// The `[sso-session NAME]` sections by name.
    public private(set) var ssoSessions: [String: ConfigSection] = [:]
    /// The `[services NAME]` sections by name.
    public private(set) var services: [String: ConfigSection] = [:]
    /// The profiles of the credentials file alone: their keys come before what a profile says of other sources.
    private(set) var credentialProfiles: [String: ConfigSection] = [:]
    /// The profiles of the configuration file alone.
    private(set) var configProfiles: [String: ConfigSection] = [:]

    /// Reads both files. One that does not exist is empty.
    /// - Throws: `AWSError` of kind configuration for a file that cannot be read or understood, with its line.
    public init(variables: AWSVariables) throws(AWSError) {
        let paths = HomePath(variables: variables)
        let configFile = paths.expand(variables["AWS_CONFIG_FILE"] ?? "~/.aws/config")
        let credentialsFile = paths.expand(variables["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials")
        try self.init(
            config: Self.read(configFile), configFile: configFile, credentials: Self.read(credentialsFile),
            credentialsFile: credentialsFile)
    }

    /// Understands both texts.
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
        guard let words = CommandWords.split(section.name), words.count == 2 else { return }
        let made = try Self.made(section, name: words[1], file: configFile)
        switch words[0] {
        case "profile": configProfiles[words[1]] = made
        case "sso-session": ssoSessions[words[1]] = made
        case "services": services[words[1]] = made
        // Other heads are for other tools.
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
            let line = 1 + bytes.prefix(validLength(bytes)).count { $0 == UInt8(ascii: "\n") }
            throw .configuration("The file is not UTF-8.", file: path, line: line)
        }
        return text
    }

    /// How many bytes there are before the first that is no UTF-8.
    private static func validLength(_ bytes: [UInt8]) -> Int {
        var (low, high) = (0, bytes.count)
        while low < high {
            let middle = (low + high + 1) / 2
            // A prefix may end in the middle of a character: up to three bytes less may be what is whole.
            let whole = (max(0, middle - 3)...middle).contains {
                String(validating: bytes.prefix($0), as: UTF8.self) != nil
            }
            if whole { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// Reads small files of the set-up.
enum ConfigFile {
    /// More than any configuration or token has, in bytes.
    static let largest = 4 << 20

    /// What a file holds; nil where it does not exist.
    static func bytes(_ path: String) throws(AWSError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            if reason == ENOENT || reason == ENOTDIR { return nil }
            throw unreadable(path, reason)
        }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return result }
            result += buffer.prefix(count)
            guard result.count <= largest else {
                throw .configuration("The file is larger than 4 MiB, which no file of this kind is.", file: path)
            }
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> AWSError {
        .configuration(
            "The file cannot be read: \(String(cString: strerror(number))).", file: path,
            hint: "It must be a file that the agent's user may read.")
    }
}
