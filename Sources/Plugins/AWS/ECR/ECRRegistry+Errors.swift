internal import LaunchOCIRegistry
public import LaunchPluginKit

extension ECRRegistry {
    /// The error for an image outside ECR, with the commands that copy it.
    /// - Parameter reason: why the image cannot be used, as a clause.
    public func outside(_ reference: ImageReference, _ reason: String) -> BackendError {
        let tag = reference.tag ?? "latest"
        let place =
            reference.host == "public.ecr.aws"
            ? "is in ECR's public gallery, which counts as a registry outside ECR" : "is not in ECR"
        let host = repository.host
        return BackendError(
            .invalid, "The image \(reference) \(place), and \(reason).",
            hint: """
                Copy it, and use the copy:
                  docker pull \(reference)
                  docker tag \(reference) \(repository):\(tag)
                  aws ecr get-login-password --region \(host.region) | \
                docker login --username AWS --password-stdin \(host)
                  docker push \(repository):\(tag)
                """)
    }

    /// The error of `resolve` for an image outside ECR.
    func outside(_ reference: ImageReference) -> BackendError {
        outside(reference, "the configured registry (type: ecr) has images of private repositories of ECR only")
    }

    /// The error for a repository that does not exist, with the command that creates it.
    func missing(_ repository: ECRRepository) -> BackendError {
        var error = repository.missing
        if repository == self.repository {
            error.hint = error.hint.map { "\($0.dropLast()), or 'create_repository: true' in the registry's block." }
        }
        return error
    }

    /// The error for an image of another platform.
    func unsuited(_ reference: ImageReference, _ found: String) -> BackendError {
        BackendError(
            .invalid, "The image \(reference) does not run on \(options.platform): \(found).",
            hint:
                "Build it for \(options.platform) (docker build --platform \(options.platform)), or, for instances of "
                + "another kind, set 'platform' of the registry.")
    }

    /// The service's error; if access is denied, with the permission that is needed.
    func explained(_ error: AWSError, _ repository: ECRRepository) -> BackendError { repository.explained(error) }

    /// Refuses a builder's destination that is not this repository.
    func check(destination: String?) throws(BackendError) {
        guard let destination, let written = try? ImageReference(parsing: destination), written.host != nil,
            written.name != repository.description
        else { return }
        throw BackendError(
            .invalid, "Images must be pushed to '\(destination)', but the registry is '\(repository)'.",
            hint: "Remove the builder's 'destination': images are pushed to the registry's repository.")
    }
}

extension ECRRepository {
    /// The error for a repository that does not exist, with the command that creates it.
    var missing: BackendError {
        let line =
            "aws ecr create-repository --region \(host.region) --registry-id \(host.account) --repository-name \(name)"
        return BackendError(
            .notFound, "The repository \(name) does not exist in account \(host.account), region \(host.region).",
            hint: "Create it with: \(line).")
    }

    /// The service's error; if access is denied, with the permission that is needed.
    func explained(_ error: AWSError) -> BackendError {
        var error = error
        if error.kind == .auth, error.hint == nil {
            let what = error.operation.map { "ecr:\($0)" } ?? "ECR"
            let place = error.operation == "GetAuthorizationToken" ? "*" : arn.description
            error.hint =
                "The agent's role needs \(what) on \(place); for another account, its repository's policy must allow it too."
        }
        return error.backendError
    }
}

extension BackendError {
    /// Maps an error of the registry to the host's categories.
    init(registry error: OCIError) {
        let category: Category =
            switch error.code {
            case .unauthorised, .denied: .denied
            case .unreachable: .unavailable
            case .throttled: .throttled
            case .failing: .transient
            case .corrupt: .malformed
            case .cancelled: .cancelled
            default: .invalid
            }
        self.init(category, error.message, retryAfter: error.retryAfter)
    }
}
