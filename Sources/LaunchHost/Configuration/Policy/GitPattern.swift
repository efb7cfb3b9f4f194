/// A pattern of repository addresses in a queue's `allow_sources`: `https://github.com/team/*`, `git@host:team/**`,
/// `file:///srv/git/*`.
///
/// Scheme, user, host and port are compared literally, in normal form. Only the path may contain wildcards. `*` matches
/// within one component of the path, `**` matches one component or more. `https` never matches `http` or `ssh`.
struct GitPattern: Sendable, Hashable {
    private let location: GitLocation

    init(_ text: String) throws(GitLocation.Invalid) {
        let location = try GitLocation(text, mayHaveWildcards: true)
        for part in [location.user ?? "", location.host] where part.contains("*") {
            throw GitLocation.Invalid(why: "only the path may have a '*', not '\(part)'")
        }
        for part in location.path where part.contains("**") && part != "**" {
            throw GitLocation.Invalid(why: "'**' stands alone between two '/', and '\(part)' has more")
        }
        self.location = location
    }

    /// Whether the pattern allows the repository.
    /// - Parameter realPath: returns a local path with all symbolic links resolved, for `file://`.
    func matches(_ other: GitLocation, realPath: (String) -> String) -> Bool {
        guard other.scheme == location.scheme, other.user == location.user, other.host == location.host,
            other.port == location.port, other.isRelative == location.isRelative
        else { return false }
        guard location.scheme == "file" else { return Self.fits(other.path, location.path) }
        // The queue's owner may name a folder by a symbolic link. A submitter may not.
        let fixed = location.path.prefix { !$0.contains("*") }
        let rest = location.path.dropFirst(fixed.count)
        let pattern = RealPath.components(realPath("/" + fixed.joined(separator: "/"))) + rest
        // git opens the path with or without `.git`, depending on which exists.
        let place = "/" + other.path.joined(separator: "/")
        return [place, place + ".git"].allSatisfy { place in
            let parts = RealPath.components(realPath(place))
            return Self.fits(parts.dropLast() + parts.suffix(1).map(GitLocation.withoutSuffix), pattern)
        }
    }

    /// A component that begins with `~` is a user's home folder. No wildcard matches it.
    private static func fits(_ path: [String], _ pattern: [String]) -> Bool {
        guard !path.contains(where: { $0.hasPrefix("~") && !pattern.contains($0) }) else { return false }
        return Wildcards.matches(path: path, pattern)
    }
}

/// The location of a repository in normal form: lower-case scheme and host, no default port, no `.git`, no `.` or `..`.
struct GitLocation: Sendable, Hashable {
    let scheme: String
    let user: String?
    let host: String
    let port: Int?
    /// The components of the path, the last one without `.git`.
    package let path: [String]
    /// Whether the path is relative to the user's home folder: `host:path` of ssh is, `ssh://host/path` is not.
    let isRelative: Bool

    /// Why an address cannot be compared, as the end of a sentence.
    struct Invalid: Error {
        package let why: String
    }

    private static let ports = ["https": 443, "http": 80, "ssh": 22, "git": 9418]

    init(_ text: String, mayHaveWildcards: Bool = false) throws(Invalid) {
        guard text.utf8.count <= 4096 else { throw Invalid(why: "it is longer than 4096 bytes") }
        guard !text.unicodeScalars.contains(where: { $0.value <= 32 || (0x7f...0xa0).contains($0.value) || $0 == "\\" })
        else { throw Invalid(why: "it has a space, a backslash or a control character") }
        if let match = text.wholeMatch(of: /([A-Za-z][A-Za-z0-9+.-]*):\/\/([^\/]*)(\/.*)?/) {
            scheme = match.output.1.lowercased()
            isRelative = false
            guard scheme == "file" || Self.ports[scheme] != nil else {
                throw Invalid(why: "git is not used over '\(scheme)'")
            }
            var authority = match.output.2
            var user: String?
            if let at = authority.lastIndex(of: "@") {
                user = String(authority[..<at])
                authority = authority[authority.index(after: at)...]
            }
            guard user == nil || (scheme == "ssh" && user?.contains(":") == false) else {
                throw Invalid(why: "it holds a user name or a password")
            }
            self.user = user
            (host, port) = try Self.host(authority, scheme)
            path = try Self.path(match.output.3 ?? "", mayHaveWildcards)
        } else if let match = text.wholeMatch(of: /(?:([^@:\/]+)@)?([^@:\/]+):(.+)/) {
            (scheme, port) = ("ssh", nil)
            user = match.output.1.map(String.init)
            host = try Self.host(match.output.2, "ssh").name
            isRelative = !match.output.3.hasPrefix("/")
            path = try Self.path(match.output.3, mayHaveWildcards)
        } else {
            throw Invalid(why: "it is not https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH or file:///PATH")
        }
    }

    private static func host(_ text: Substring, _ scheme: String) throws(Invalid) -> (name: String, port: Int?) {
        if scheme == "file" {
            guard text.isEmpty else { throw Invalid(why: "a file:// address names no host") }
            return ("", nil)
        }
        guard let match = text.wholeMatch(of: /([A-Za-z0-9.*_-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/) else {
            throw Invalid(why: "'\(text)' is not a host with an optional port")
        }
        var name = match.output.1.lowercased()
        if name.hasSuffix("."), name.count > 1 { name.removeLast() }
        let port = match.output.2.flatMap { Int($0) }
        return (name, port == ports[scheme] ? nil : port)
    }

    private static func path(_ text: Substring, _ mayHaveWildcards: Bool) throws(Invalid) -> [String] {
        guard !text.contains("?"), !text.contains("#") else { throw Invalid(why: "its path has a '?' or a '#'") }
        guard mayHaveWildcards || !text.contains("*") else { throw Invalid(why: "its path has a '*'") }
        guard !text.contains("%") else { throw Invalid(why: "its path has a '%'; write the character itself") }
        var body = text
        if body.hasPrefix("/") { body = body.dropFirst() }
        if body.hasSuffix("/") { body = body.dropLast() }
        let parts = body.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { throw Invalid(why: "its path is empty or has an empty part") }
        guard !parts.contains("."), !parts.contains("..") else { throw Invalid(why: "its path has a part '.' or '..'") }
        return parts.dropLast() + parts.suffix(1).map(withoutSuffix)
    }

    static func withoutSuffix(_ part: String) -> String {
        part.hasSuffix(".git") && part.count > 4 ? String(part.dropLast(4)) : part
    }
}
