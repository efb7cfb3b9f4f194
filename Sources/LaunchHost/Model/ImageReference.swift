/// An image as people write it: `busybox`, `localhost:5000/team/train:v2`, `repo@sha256:…`.
///
/// The grammar is the one of the distribution project's reference format: a first part with a dot, a port or the
/// name `localhost` is a registry host; a colon after the last slash starts a tag.
public struct ImageReference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Host and port of the registry; nil where none is written.
    public var host: String?
    /// The repository without the host.
    public var repository: String
    /// The tag, where one is written.
    public var tag: String?
    /// The digest, where one is written.
    public var digest: Digest?

    /// A reference from its parts, unchecked: use it for parts that are valid already.
    public init(host: String? = nil, repository: String, tag: String? = nil, digest: Digest? = nil) {
        self.host = host
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Reads a reference.
    /// - Throws: `ImageReferenceError` with a sentence that says which part is wrong.
    public init(parsing text: String) throws(ImageReferenceError) {
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            guard let parsed = Digest(rawValue: String(rest[rest.index(after: at)...])) else {
                throw ImageReferenceError(text, "what follows '@' must be a digest, 'sha256:' and 64 hex digits")
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
    ) throws(ImageReferenceError) {
        if text.contains("://") {
            let scheme = text.prefix(while: { $0 != ":" })
            throw ImageReferenceError(text, "leave the '\(scheme)://' away")
        }
        if repository.isEmpty {
            throw ImageReferenceError(text, "the repository's name is missing")
        }
        // What the engines and the distribution specification take at most.
        if repository.utf8.count > 255 {
            throw ImageReferenceError(
                String(text.prefix(80)) + "…",
                "a repository's name has at most 255 characters, and this one has \(repository.utf8.count)")
        }
        if let upper = repository.first(where: \.isUppercase) {
            throw ImageReferenceError(text, "a repository has no capital letters, and '\(upper)' is one")
        }
        let part = /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/
        for piece in repository.split(separator: "/", omittingEmptySubsequences: false)
        where piece.wholeMatch(of: part) == nil {
            throw ImageReferenceError(
                text, "'\(piece)' is not a repository name: a-z, 0-9, and single '.', '_' or '-' between them")
        }
        if let tag, tag.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/) == nil {
            throw ImageReferenceError(
                text,
                "'\(tag)' is not a tag: 1 to 128 of letters, digits, '.', '_' and '-', not beginning with '.' or '-'")
        }
        // Labels between dots, so that `..` is none.
        let label = /[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/
        let name = host.map { $0.replacing(/:[0-9]{1,5}$/, with: "") } ?? ""
        let isHost =
            name.wholeMatch(of: /\[[0-9a-fA-F:]+\]/) != nil
            || name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                $0.wholeMatch(of: label) != nil
            }
        if let host, !isHost {
            throw ImageReferenceError(text, "'\(host)' is not a host name with an optional port")
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

/// A text that is no image reference, and why.
public struct ImageReferenceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence with the text in it, without a password that it holds.
    public let description: String

    init(_ text: String, _ why: String) {
        description = "'\(AddressText.masked(text))' is not an image reference: \(why)."
    }
}

/// The hash that names content in a registry: `sha256:` and 64 lower-case hex digits.
public struct Digest: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The text with its `sha256:`.
    public let rawValue: String

    /// Nil where `rawValue` is not a SHA-256 digest.
    public init?(rawValue: String) {
        guard rawValue.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else { return nil }
        self.rawValue = rawValue
    }

    init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }

    /// The 64 hex digits.
    public var hex: String { String(rawValue.dropFirst("sha256:".count)) }
    /// The text with its `sha256:`.
    public var description: String { rawValue }
}

/// An image that can change no more: what leaves the image stage, and all that a runner sees of an image.
///
/// One whose registry lets only the backend look it up is passed on as it was given, without a digest.
public struct PinnedImage: Sendable, Hashable, Codable {
    /// What names exactly these bytes to whoever runs them: `host/repo@sha256:…`, or an image ID of the engine's store.
    public var reference: String
    /// The digest in it; nil where the image could not be pinned.
    public var digest: Digest?
    /// The name by which it was asked for or pushed, for people.
    public var name: String
    /// `linux/amd64` and the like, where known.
    public var platform: String?

    public init(reference: String, digest: Digest, name: String, platform: String? = nil) {
        self.reference = reference
        self.digest = digest
        self.name = name
        self.platform = platform
    }

    /// What is passed on as it is given, because it could not be pinned.
    public init(unpinned reference: String) {
        self.reference = reference
        name = reference
    }
}
