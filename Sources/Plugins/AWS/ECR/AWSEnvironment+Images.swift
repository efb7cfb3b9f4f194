public import LaunchPluginKit

extension AWSEnvironment {
    /// Pins an image of ECR, with the environment's credentials. Of an index, pins the image for linux/amd64, or the
    /// index if there is none. Nil if ECR does not have the image, or if it is not an image of ECR.
    public func imageOfECR(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard let host = reference.host.flatMap({ ECRHost($0) }) else { return nil }
        let repository = ECRRepository(host: host, name: reference.repository)
        let found: ECRManifest?
        do throws(AWSError) {
            found = try await ECRImages(environment: self).manifest(
                repository, tag: reference.tag, digest: reference.digest)
        } catch {
            guard error.code == "RepositoryNotFoundException" else { throw repository.explained(error) }
            throw repository.missing
        }
        guard let found else { return nil }
        let entry = found.entries?.first { $0.platform == "linux/amd64" }
        let digest = entry?.digest ?? found.digest
        return PinnedImage(
            reference: "\(repository)@\(digest)", digest: digest, name: reference.description,
            platform: entry?.platform)
    }
}
