internal import LaunchHost

/// What ECR's API says of images and repositories.
struct ECRImages: Sendable {
    let environment: AWSEnvironment

    /// The manifest behind a tag or a digest; nil where the repository has none.
    /// - Throws: `notFound` with the code `RepositoryNotFoundException` where there is no such repository.
    func manifest(
        _ repository: ECRRepository, tag: String?, digest: Digest?
    ) async throws(AWSError) -> ECRManifest? {
        let operation = AWSOperation.read("BatchGetImage")
        // What a digest names is that image, whatever tag is written beside it.
        let id = digest.map { ["imageDigest": JSONValue.string($0.rawValue)] } ?? ["imageTag": .string(tag ?? "latest")]
        let answer = try await environment.client(.ecr, region: repository.host.region).call(
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
        // Errors of single images come with status 200.
        guard let failure = answer["failures"]?.arrayValue?.first else {
            throw AWSError(
                .malformed, "The answer has neither the image of \(repository) nor a reason why not.",
                service: "ECR", operation: operation.name)
        }
        let code = failure["failureCode"]?.stringValue ?? "unknown"
        if code == "ImageNotFound" { return nil }
        throw AWSError(
            Self.kind(ofFailure: code),
            "\(failure["failureReason"]?.stringValue ?? "no reason is given") (asked for \(id.values.compactMap(\.stringValue).joined()) of \(repository))",
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

    /// Makes a repository; one that somebody else has just made is as good.
    func create(_ repository: ECRRepository) async throws(AWSError) {
        do throws(AWSError) {
            _ = try await environment.client(.ecr, region: repository.host.region).call(
                .write("CreateRepository", repeatable: true),
                input: .object([
                    "registryId": .string(repository.host.account), "repositoryName": .string(repository.name),
                ]))
        } catch {
            guard error.code == "RepositoryAlreadyExistsException" else { throw error }
        }
    }

    /// Whether a repository is there.
    func exists(_ repository: ECRRepository) async throws(AWSError) -> Bool {
        do throws(AWSError) {
            _ = try await environment.client(.ecr, region: repository.host.region).call(
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
