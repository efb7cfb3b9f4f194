/// A pattern of image names in a queue's `allow_sources`: `registry.example.com/team/*`, `python:3.*`,
/// `docker.io/library/**`.
///
/// Names are compared in their full form: `python` is `docker.io/library/python`. `*` matches within one component of
/// the repository, `**` matches one component or more, and the host is compared literally. A pattern without a tag
/// allows every tag and digest. A pattern with a tag does not allow a digest, because an engine ignores the tag of a
/// reference with a digest.
struct ImagePattern: Sendable, Hashable {
    private let host: String
    private let path: [String]
    private let tag: String?
    private let digest: String?

    /// Why a text is not a pattern, as the end of a sentence.
    struct Invalid: Error {
        package let why: String
    }

    init(_ text: String) throws(Invalid) {
        var rest = text[...]
        var digest: String?
        if let at = rest.firstIndex(of: "@") {
            digest = String(rest[rest.index(after: at)...])
            guard digest.flatMap(Digest.init(rawValue:)) != nil else {
                throw Invalid(why: "what follows '@' must be a digest, 'sha256:' and 64 hex digits")
            }
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard tag.map({ $0.wholeMatch(of: /[A-Za-z0-9_.*-]{1,128}/) != nil }) ?? true else {
            throw Invalid(why: "the tag has characters that no tag has")
        }
        let name = CanonicalImage.split(String(rest))
        guard !name.host.contains("*") else {
            throw Invalid(why: "the host '\(name.host)' has a '*'; write each host in full")
        }
        guard !name.path.isEmpty,
            name.path.allSatisfy({ $0 == "**" || $0.wholeMatch(of: /(?:[a-z0-9._-]|\*(?!\*))+/) != nil })
        else {
            throw Invalid(why: "a repository has a-z, 0-9, '.', '_', '-' and '/', with '*' or a part '**' for any")
        }
        (host, path, self.tag, self.digest) = (name.host, name.path, tag, digest)
    }

    /// Whether the pattern allows the image.
    func matches(_ image: CanonicalImage) -> Bool {
        guard image.host == host, Wildcards.matches(path: image.path, path) else { return false }
        if let digest { return image.digest == digest }
        guard let tag else { return true }
        return image.digest == nil && Wildcards.matches(image.tag ?? "latest", tag)
    }
}

/// The full name of an image: with the host of its registry, and with `library` where docker adds it.
struct CanonicalImage: Sendable, Hashable, CustomStringConvertible {
    let host: String
    package let path: [String]
    let tag: String?
    let digest: String?

    init(_ reference: ImageReference) {
        (host, path) = Self.split(reference.name)
        tag = reference.tag
        digest = reference.digest?.rawValue
    }

    /// Whether the name may be an image ID: an engine accepts a bare name of hex digits, or `sha256:…`, as the ID of
    /// any image in its store.
    var mayBeID: Bool {
        guard host == Self.dockerHub, path.count == 2, path[0] == "library", digest == nil else { return false }
        let name = path[1]
        return (name == "sha256" && tag?.wholeMatch(of: /[0-9a-f]{4,64}/) != nil)
            || (tag == nil && name.wholeMatch(of: /[0-9a-f]{4,64}/) != nil)
    }

    var description: String {
        ([host] + path).joined(separator: "/") + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    private static let dockerHub = "docker.io"

    /// The host and the path of a name without tag and digest. By docker's rule, the first component is a host if it
    /// contains a dot or a port, or is `localhost`.
    static func split(_ name: String) -> (host: String, path: [String]) {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var host = dockerHub
        if parts.count > 1, let first = parts.first, first.contains(".") || first.contains(":") || first == "localhost"
        {
            host = first.lowercased()
            parts.removeFirst()
        }
        if host == "index.docker.io" { host = dockerHub }
        if host == dockerHub, parts.count == 1, parts[0] != "**" { parts.insert("library", at: 0) }
        return (host, parts)
    }
}
