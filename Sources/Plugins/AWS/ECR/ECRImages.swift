internal import LaunchPluginKit

/// ECR's API for images and repositories.
struct ECRImages: Sendable {
    let environment: AWSEnvironment

    /// The manifest of a tag or a digest; nil if the repository does not have it.
    /// - Throws: `notFound` with the code `RepositoryNotFoundException` if the repository does not exist.
    func manifest(
        _ repository: ECRRepository, tag: String?, digest: Digest?
    ) async throws(AWSError) -> ECRManifest? {
        let operation = AWSOperation.read("BatchGetImage")
        // The digest determines the image; a tag beside it is ignored.
        let id = digest.map { ["imageDigest": JSONValue.string($0.rawValue)] } ?? ["imageTag": .string(tag ?? "latest")]
        let answer = try await environment.client(.ecr, region: repository.host.region).json(
            operation,
            input: .object([
                "registryId": .string(repository.host.account), "repositoryName": .string(repository.name),
                "imageIds": .array([.object(id)]),
                "acceptedMediaTypes": .array(ECRManifest.acceptedTypes.map { .string($0) }),
            ]))
        for image in answer["images"]?.arrayValue ?? [] {
            guard let found = image["imageId"]?["imageDigest"]?.stringValue.flatMap({ Digest(rawValue: $0) }),
                let text = image["imageManifest"]?.stringValue, digest == nil || digest == found
            else { continue }
            guard let manifest = ECRManifest(text, digest: found) else {
                throw AWSError(
                    .malformed, "The manifest of \(repository)@\(found) cannot be read.", service: "ECR",
                    operation: operation.name)
            }
            return manifest
        }
        // Errors of single images have status 200.
        guard let failure = answer["failures"]?.arrayValue?.first else {
            throw AWSError(
                .malformed, "The answer has neither the image of \(repository) nor a reason for its absence.",
                service: "ECR", operation: operation.name)
        }
        let code = failure["failureCode"]?.stringValue ?? "unknown"
        if code == "ImageNotFound" { return nil }
        throw AWSError(
            Self.kind(ofFailure: code),
            "\(failure["failureReason"]?.stringValue ?? "no reason is given") (requested: \(id.values.compactMap(\.stringValue).joined()) of \(repository))",
            service: "ECR", operation: operation.name, code: code, status: 200)
    }

    private static func kind(ofFailure code: String) -> AWSError.Kind {
        switch code {
        case "UpstreamAccessDenied", "KmsError": .auth
        case "UpstreamTooManyRequests": .throttle
        case "UpstreamUnavailable": .transient
        case "MissingDigestAndTag": .internalFault
        default: .invalid
        }
    }

    /// Creates a repository. It is not an error if another process has just created it.
    func create(_ repository: ECRRepository) async throws(AWSError) {
        do throws(AWSError) {
            _ = try await environment.client(.ecr, region: repository.host.region).json(
                .write("CreateRepository", repeatable: true),
                input: .object([
                    "registryId": .string(repository.host.account), "repositoryName": .string(repository.name),
                ]))
        } catch {
            guard error.code == "RepositoryAlreadyExistsException" else { throw error }
        }
    }

    /// True if a repository exists.
    func exists(_ repository: ECRRepository) async throws(AWSError) -> Bool {
        do throws(AWSError) {
            _ = try await environment.client(.ecr, region: repository.host.region).json(
                .read("DescribeRepositories"),
                input: .object([
                    "registryId": .string(repository.host.account),
                    "repositoryNames": .array([.string(repository.name)]),
                ]))
            return true
        } catch {
            guard error.code == "RepositoryNotFoundException" else { throw error }
            return false
        }
    }
}
