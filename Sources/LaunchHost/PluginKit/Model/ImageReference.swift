internal import LaunchCore

/// The reference of an image, as users write it: `busybox`, `localhost:5000/team/train:v2`, `repo@sha256:…`.
///
/// The grammar is the reference format of the distribution project: a first component with a dot or a port, or the name
/// `localhost`, is the host of a registry; a colon after the last slash begins a tag.
public struct ImageReference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Host and port of the registry; nil if the text has none.
    public var host: String?
    /// The repository without the host.
    public var repository: String
    /// The tag, if there is one.
    public var tag: String?
    /// The digest, if there is one.
    public var digest: Digest?

    /// Creates a reference without checks. The parts must be valid.
    public init(host: String? = nil, repository: String, tag: String? = nil, digest: Digest? = nil) {
        self.host = host
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Parses a reference.
    /// - Throws: `Invalid` with a sentence that names the invalid part.
    public init(parsing text: String) throws(Invalid) {
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            guard let parsed = Digest(rawValue: String(rest[rest.index(after: at)...])) else {
                throw Invalid(text, "what follows '@' must be a digest, 'sha256:' and 64 hex digits")
            }
            digest = parsed
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        var host: String?
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" {
                host = String(first)
                rest = rest[rest.index(after: slash)...]
            }
        }
        try Self.check(text, repository: rest, tag: tag, host: host)
        self.init(host: host, repository: String(rest), tag: tag, digest: digest)
    }

    private static func check(
        _ text: String, repository: Substring, tag: String?, host: String?
    ) throws(Invalid) {
        if text.contains(bytes: "://") {
            let scheme = text.prefix(while: { $0 != ":" })
            throw Invalid(text, "omit '\(scheme)://'")
        }
        if repository.isEmpty {
            throw Invalid(text, "the repository's name is missing")
        }
        // The limit of the engines and of the distribution specification.
        if repository.utf8.count > 255 {
            throw Invalid(
                String(text.prefix(80)) + "…",
                "a repository's name has at most 255 characters, and this one has \(repository.utf8.count)")
        }
        if let upper = repository.firstCapital {
            throw Invalid(text, "a repository has no capital letters, and '\(upper)' is one")
        }
        for piece in repository.split(separator: "/", omittingEmptySubsequences: false)
        where !ImageGrammar.isRepositoryPart(piece) {
            throw Invalid(
                text, "'\(piece)' is not a repository name: a-z, 0-9, and single '.', '_' or '-' between them")
        }
        if let tag, !ImageGrammar.isTag(tag) {
            throw Invalid(
                text,
                "'\(tag)' is not a tag: 1 to 128 of letters, digits, '.', '_' and '-', not beginning with '.' or '-'")
        }
        if let host, let port = ImageGrammar.port(of: host), !(1...65_535).contains(Int(port) ?? 0) {
            throw Invalid(text, "'\(host)' has the port \(port); a port is 1 to 65535")
        }
        if let host, !ImageGrammar.isHost(host) {
            throw Invalid(text, "'\(host)' is not a host name with an optional port")
        }
    }

    /// Host and repository, without tag and digest.
    public var name: String {
        host.map { "\($0)/\(repository)" } ?? repository
    }

    /// The whole reference.
    public var description: String {
        name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

extension ImageReference {
    /// Why a text is not an image reference.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        /// One sentence that contains the text, with passwords masked.
        public let description: String

        init(_ text: String, _ why: String) {
            description = "'\(AddressText.masked(text))' is not an image reference: \(why)."
        }
    }
}

/// The hash of content in a registry: `sha256:` and 64 lower-case hex digits.
public struct Digest: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The text with its prefix `sha256:`.
    public let rawValue: String

    /// Nil if `rawValue` is not a SHA-256 digest.
    public init?(rawValue: String) {
        // Not a regular expression, which is compiled for each use: a row of a run has several digests.
        let digits = rawValue.utf8.dropFirst("sha256:".utf8.count)
        guard rawValue.utf8.starts(with: "sha256:".utf8), digits.count == 64,
            digits.allSatisfy(\.isLowerHexDigit)
        else { return nil }
        self.rawValue = rawValue
    }

    package init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }

    /// The 64 hex digits.
    public var hex: String { String(rawValue.dropFirst("sha256:".count)) }
    public var description: String { rawValue }
}

/// An image whose content cannot change: the result of the image stage. A runner gets only this.
///
/// An image that only the backend may look up in its registry has no digest; its reference is passed on as the user
/// wrote it.
public struct PinnedImage: Sendable, Hashable, Codable {
    /// A reference to exactly this content for the engine or the backend: `host/repo@sha256:…`, or an image ID of the
    /// engine's store.
    public var reference: String
    /// The digest of the reference; nil if the image could not be pinned.
    public var digest: Digest?
    /// The name under which the image was requested or pushed, for people.
    public var name: String
    /// The platform, such as `linux/amd64`, if known.
    public var platform: String?

    public init(reference: String, digest: Digest, name: String, platform: String? = nil) {
        self.reference = reference
        self.digest = digest
        self.name = name
        self.platform = platform
    }

    /// Creates a value for an image that could not be pinned. Its reference is passed on as the user wrote it.
    public init(unpinned reference: String) {
        self.reference = reference
        name = reference
    }

    /// The value of a job without an image; its reference is empty. Only a runner whose capabilities say that it needs
    /// no image gets it.
    public static let noImage = PinnedImage(unpinned: "")

    /// Whether the job has an image.
    public var exists: Bool { !reference.isEmpty }
}
