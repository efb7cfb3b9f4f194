public import Foundation
import LaunchAWS
import LaunchCrypto
import Synchronization
public import TestSupport

/// Elastic Container Registry: repositories and their images, without the registry protocol.
public final class ECRStub: StubService {
    /// An image of the stub.
    public struct Image: Sendable {
        public var manifest: String
        /// Its media type.
        public var mediaType: String
        /// The tags that point to it.
        public var tags: Set<String>
    }
    private struct Repository {
        var images: [String: Image] = [:]
        var isImmutable = false
    }
    private struct State {
        var repositories: [String: Repository] = [:]
        var password = "stub-registry-password"
        var proxyEndpoint: String?
        var life: TimeInterval = 43_200
        var source: Source?
        var closedAccounts: Set<String> = []
    }
    private let keys: StubKeys
    private let state = Mutex(State())

    /// Returns a registry's image of a repository by tag or digest.
    public typealias Source =
        @Sendable (_ repository: String, _ reference: String) -> (
            text: String, type: String, digest: String
        )?

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// Also reads images from a real registry, which receives the pushes that this stub does not implement.
    public func look(into source: @escaping Source) {
        state.withLock { $0.source = source }
    }

    /// The reply of `GetAuthorizationToken`: a password, the registry's URL, and a lifetime in seconds.
    public func login(password: String, proxyEndpoint: String? = nil, life: TimeInterval = 43_200) {
        state.withLock { state in
            state.password = password
            state.proxyEndpoint = proxyEndpoint
            state.life = life
        }
    }

    /// Denies every look-up in the repositories of that account, as AWS does for its built-in algorithms.
    public func close(account: String) { state.withLock { _ = $0.closedAccounts.insert(account) } }

    /// Creates a repository. Without an account, it belongs to the caller's.
    public func add(repository: String, account: String? = nil, isImmutable: Bool = false) {
        state.withLock { $0.repositories[id(account, repository)] = Repository(isImmutable: isImmutable) }
    }

    /// Adds an image to a repository, which is created if missing. Returns the digest.
    @discardableResult
    public func add(
        image manifest: String, mediaType: String = "application/vnd.docker.distribution.manifest.v2+json",
        tags: Set<String>, to repository: String, account: String? = nil
    ) -> String {
        let digest = "sha256:" + SHA256.hex(manifest.utf8)
        state.withLock { state in
            var kept = state.repositories[id(account, repository)] ?? Repository()
            for (other, image) in kept.images { kept.images[other]?.tags = image.tags.subtracting(tags) }
            let before = kept.images[digest]?.tags ?? []
            kept.images[digest] = Image(manifest: manifest, mediaType: mediaType, tags: before.union(tags))
            state.repositories[id(account, repository)] = kept
        }
        return digest
    }

    /// The existing repositories, as "account/name".
    public var repositories: [String] { state.withLock { $0.repositories.keys.sorted() } }

    /// The name in scripts.
    public var name: String { "ecr" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the header `X-Amz-Target`.
    public func operation(of request: StubRequest) -> String? {
        let prefix = "AmazonEC2ContainerRegistry_V20150921."
        guard let target = request.raw.header("X-Amz-Target"), target.hasPrefix(prefix) else { return nil }
        return String(target.dropFirst(prefix.count))
    }
    /// Replies in JSON.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer { StubText.jsonRefusal(error) }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard let input = (try? JSONSerialization.jsonObject(with: Data(request.raw.body))) as? [String: Any] else {
            throw StubError("SerializationException", "The body is not a JSON object.")
        }
        let account = input["registryId"] as? String ?? keys.accountID
        let repository = input["repositoryName"] as? String ?? ""
        let region = request.signer?.region ?? "us-east-1"
        if state.withLock({ $0.closedAccounts.contains(account) }) {
            throw StubError(
                "AccessDeniedException",
                "User: arn:aws:sts::\(keys.accountID):assumed-role/stub/x is not authorized to perform: ecr:\(operation) on "
                    + "resource: arn:aws:ecr:\(region):\(account):repository/\(repository) because no resource-based policy "
                    + "allows the ecr:\(operation) action")
        }
        switch operation {
        case "GetAuthorizationToken": return authorization(region)
        case "DescribeRepositories": return try describeRepositories(account, input, region)
        case "CreateRepository": return try create(account, repository, input, region)
        case "DescribeImages": return try describeImages(account, repository, input)
        case "BatchGetImage": return try batchGet(account, repository, input)
        case "PutImage": return try put(account, repository, input)
        default: throw StubError("UnknownOperationException", "There is no \(operation).")
        }
    }

    private func authorization(_ region: String) -> TestAnswer {
        let (password, endpoint, life) = state.withLock { ($0.password, $0.proxyEndpoint, $0.life) }
        let token = Data("AWS:\(password)".utf8).base64EncodedString()
        let url = endpoint ?? "https://\(keys.accountID).dkr.ecr.\(region).amazonaws.com"
        return Self.json([
            "authorizationData": [
                [
                    "authorizationToken": token, "proxyEndpoint": url,
                    "expiresAt": Date().addingTimeInterval(life).timeIntervalSince1970,
                ]
            ]
        ])
    }

    private func describeRepositories(
        _ account: String, _ input: [String: Any], _ region: String
    ) throws(StubError) -> TestAnswer {
        let known = state.withLock { $0.repositories.filter { $0.key.hasPrefix("\(account)/") } }
        let names = input["repositoryNames"] as? [String] ?? known.keys.map { String($0.dropFirst(account.count + 1)) }
        if let missing = names.first(where: { known["\(account)/\($0)"] == nil }) {
            throw Self.noRepository(missing, account)
        }
        return Self.json([
            "repositories": names.sorted().map { name in
                Self.describe(account, name, region, known["\(account)/\(name)"]?.isImmutable ?? false)
            }
        ])
    }

    private func create(
        _ account: String, _ name: String, _ input: [String: Any], _ region: String
    ) throws(StubError) -> TestAnswer {
        guard name.wholeMatch(of: /[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*/) != nil,
            (2...256).contains(name.count)
        else {
            throw StubError("InvalidParameterException", "Invalid parameter at 'repositoryName'")
        }
        let isImmutable = input["imageTagMutability"] as? String == "IMMUTABLE"
        let made = state.withLock { state in
            guard state.repositories["\(account)/\(name)"] == nil else { return false }
            state.repositories["\(account)/\(name)"] = Repository(isImmutable: isImmutable)
            return true
        }
        guard made else {
            throw StubError("RepositoryAlreadyExistsException", "The repository with name '\(name)' already exists")
        }
        return Self.json(["repository": Self.describe(account, name, region, isImmutable)])
    }

    private func describeImages(
        _ account: String, _ name: String, _ input: [String: Any]
    ) throws(StubError) -> TestAnswer {
        let images = try images(account, name)
        let wanted = input["imageIds"] as? [[String: String]]
        var digests = Array(images.keys)
        if let wanted {
            digests = []
            for id in wanted {
                guard let digest = Self.find(id, in: images) else {
                    throw StubError(
                        "ImageNotFoundException", "The image with imageId \(id) does not exist within the repository")
                }
                digests.append(digest)
            }
        }
        return Self.json([
            "imageDetails": digests.compactMap { digest -> [String: Any]? in
                guard let image = images[digest] else { return nil }
                return [
                    "registryId": account, "repositoryName": name, "imageDigest": digest,
                    "imageTags": image.tags.sorted(), "imageSizeInBytes": image.manifest.utf8.count,
                    "imagePushedAt": 1_700_000_000.5, "imageManifestMediaType": image.mediaType,
                ]
            }
        ])
    }

    /// Stores a manifest without its layers, which the real service would look for.
    private func put(_ account: String, _ name: String, _ input: [String: Any]) throws(StubError) -> TestAnswer {
        _ = try images(account, name)
        guard let manifest = input["imageManifest"] as? String, manifest.hasPrefix("{") else {
            throw StubError("InvalidParameterException", "Invalid parameter at 'imageManifest'")
        }
        let tag = input["imageTag"] as? String
        let digest = add(image: manifest, tags: Set([tag].compactMap(\.self)), to: name, account: account)
        var id = ["imageDigest": digest]
        id["imageTag"] = tag
        return Self.json([
            "image": [
                "registryId": account, "repositoryName": name, "imageId": id, "imageManifest": manifest,
            ]
        ])
    }

    private func batchGet(_ account: String, _ name: String, _ input: [String: Any]) throws(StubError) -> TestAnswer {
        try lookInto(account, name, input)
        let images = try images(account, name)
        var found: [[String: Any]] = []
        var failures: [[String: Any]] = []
        for id in input["imageIds"] as? [[String: String]] ?? [] {
            if let digest = Self.find(id, in: images), let image = images[digest] {
                var full = id
                full["imageDigest"] = digest
                found.append([
                    "registryId": account, "repositoryName": name, "imageId": full, "imageManifest": image.manifest,
                    "imageManifestMediaType": image.mediaType,
                ])
            } else {
                failures.append([
                    "imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found",
                ])
            }
        }
        return Self.json(["images": found, "failures": failures])
    }

    /// Copies new images of the real registry.
    private func lookInto(_ account: String, _ name: String, _ input: [String: Any]) throws(StubError) {
        guard let source = state.withLock(\.source) else { return }
        _ = try images(account, name)
        for id in input["imageIds"] as? [[String: String]] ?? [] {
            guard let found = source(name, id["imageDigest"] ?? id["imageTag"] ?? "") else { continue }
            add(
                image: found.text, mediaType: found.type, tags: Set([id["imageTag"]].compactMap(\.self)), to: name,
                account: account)
        }
    }

    private func images(_ account: String, _ name: String) throws(StubError) -> [String: Image] {
        guard let found = state.withLock({ $0.repositories["\(account)/\(name)"]?.images }) else {
            throw Self.noRepository(name, account)
        }
        return found
    }

    private func id(_ account: String?, _ name: String) -> String { "\(account ?? keys.accountID)/\(name)" }

    private static func find(_ id: [String: String], in images: [String: Image]) -> String? {
        if let digest = id["imageDigest"] { return images[digest] == nil ? nil : digest }
        guard let tag = id["imageTag"] else { return nil }
        return images.first { $0.value.tags.contains(tag) }?.key
    }

    private static func noRepository(_ name: String, _ account: String) -> StubError {
        StubError(
            "RepositoryNotFoundException",
            "The repository with name '\(name)' does not exist in the registry with id '\(account)'")
    }

    private static func describe(
        _ account: String, _ name: String, _ region: String, _ isImmutable: Bool
    ) -> [String: Any] {
        [
            "repositoryArn": "arn:aws:ecr:\(region):\(account):repository/\(name)", "registryId": account,
            "repositoryName": name, "repositoryUri": "\(account).dkr.ecr.\(region).amazonaws.com/\(name)",
            "imageTagMutability": isImmutable ? "IMMUTABLE" : "MUTABLE", "createdAt": 1_700_000_000,
        ]
    }

    private static func json(_ value: [String: Any]) -> TestAnswer {
        let data = (try? JSONSerialization.data(withJSONObject: value)) ?? Data()
        return StubText.json(String(decoding: data, as: UTF8.self))
    }
}
