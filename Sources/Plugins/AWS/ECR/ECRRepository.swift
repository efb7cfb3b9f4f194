internal import LaunchPluginKit

/// A repository of ECR: a registry's host and a name.
public struct ECRRepository: Sendable, Hashable, CustomStringConvertible {
    public let host: ECRHost
    /// The repository's name, 2 to 256 characters.
    public let name: String

    /// The URI, as in image names.
    public var description: String { "\(host)/\(name)" }
    public var arn: ARN {
        ARN(
            partition: host.partition.id, service: "ecr", region: host.region, account: host.account,
            resource: "repository/\(name)")
    }

    /// Requires valid parts.
    init(host: ECRHost, name: String) {
        self.host = host
        self.name = name
    }

    /// Parses a repository's URI or ARN; `key` is its key in the configuration, for messages.
    /// - Throws: `.invalid` with the fault and the correct form.
    init(parsing text: String, key: String) throws(BackendError) {
        if text.hasPrefix("arn:") {
            self = try Self.read(arn: text, key)
        } else {
            self = try Self.read(uri: text, key)
        }
        guard (2...256).contains(name.utf8.count) else {
            throw BackendError(
                .invalid, "'\(key)' names the repository '\(name)', and a name has 2 to 256 characters.")
        }
    }

    /// The URI of a repository that is given as URI or ARN, such as W&B's guide writes; a registry without a repository
    /// gets `NAME`. Nil for an address outside ECR.
    static func uri(from text: String) -> String? {
        if let repository = try? ECRRepository(parsing: text, key: "uri") { return repository.description }
        return ECRHost(String(text.prefix { $0 != "/" && $0 != ":" })).map { "\($0)/NAME" }
    }

    static let example = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"

    private static func read(arn text: String, _ key: String) throws(BackendError) -> ECRRepository {
        let form = "Expected arn:PARTITION:ecr:REGION:ACCOUNT:repository/NAME."
        guard let arn = ARN(text), arn.service == "ecr", arn.resourceType == "repository" else {
            throw BackendError(.invalid, "'\(key)' is '\(text)', which is not the ARN of a repository.", hint: form)
        }
        guard let host = ECRHost(account: arn.account, region: arn.region) else {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', which has no account of 12 digits, or no region.", hint: form)
        }
        guard host.partition.id == arn.partition else {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', and \(arn.region) is in the partition \(host.partition.id).",
                hint: "Write '\(ECRRepository(host: host, name: arn.resourceName).arn)'.")
        }
        // The rules of a URI apply, also for tags.
        return try read(uri: "\(host)/\(arn.resourceName)", key)
    }

    private static func read(uri text: String, _ key: String) throws(BackendError) -> ECRRepository {
        if let scheme = text.firstRange(of: "://") {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', and a repository is named without '\(text[..<scheme.upperBound])'.",
                hint: "Write '\(text[scheme.upperBound...])'.")
        }
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let host = try host(String(text[..<slash]), of: text, key)
        guard slash < text.endIndex, text.index(after: slash) < text.endIndex else {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', a registry without a repository.",
                hint: "Write '\(host)/NAME' with the name of a repository.")
        }
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: text)
        } catch {
            throw BackendError(
                .invalid, "'\(key)' cannot be used: \(error.description)", hint: "Write it like '\(example)'.")
        }
        guard reference.tag == nil, reference.digest == nil else {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', which has a \(reference.digest == nil ? "tag" : "digest").",
                hint: "Write '\(reference.name)': each image gets a tag made from its content.")
        }
        return ECRRepository(host: host, name: reference.repository)
    }

    private static func host(_ host: String, of text: String, _ key: String) throws(BackendError) -> ECRHost {
        if let host = ECRHost(host) { return host }
        let name = text.split(separator: "/").last.map(String.init) ?? "NAME"
        if let colon = host.firstIndex(of: ":"), let bare = ECRHost(String(host[..<colon])) {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', and ECR's registries have no port like '\(host[colon...])'.",
                hint: "Write '\(bare)\(text.dropFirst(host.count))'.")
        }
        if host == "public.ecr.aws" {
            throw BackendError(
                .invalid,
                "'\(key)' is '\(text)', of ECR's public gallery, and nothing can be built into the gallery.",
                hint:
                    "Create a private repository (aws ecr create-repository --repository-name \(name)) and give its URI."
            )
        }
        if host != host.lowercased(), ECRHost(host.lowercased()) != nil {
            throw BackendError(
                .invalid, "'\(key)' is '\(text)', and a registry's name has no capital letters.",
                hint: "Write '\(host.lowercased())\(text.dropFirst(host.count))'.")
        }
        throw BackendError(
            .invalid, "'\(key)' is '\(text)', which is not a repository of ECR.",
            hint: "Write it like '\(example)' or 'arn:aws:ecr:us-east-1:123456789012:repository/train'; "
                + "for another registry, use 'type: local'.")
    }
}
