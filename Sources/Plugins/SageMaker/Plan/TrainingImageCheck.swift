internal import LaunchAWS
internal import LaunchPluginKit

/// Whether the image that a queue names is there, and fits the platform of the registry's option.
struct TrainingImageCheck: Sendable {
    let name: String
    let registry: any Registry

    /// Whether a name is one of an image of ECR.
    static func isInECR(_ name: String) -> Bool {
        (try? ImageReference(parsing: name))?.host.flatMap { ECRHost($0) } != nil
    }

    /// The repository with the tag or a part of the digest.
    var shortName: String {
        guard let reference = try? ImageReference(parsing: name) else { return name }
        if let digest = reference.digest { return "\(reference.repository)@\(digest.rawValue.prefix(19))" }
        return "\(reference.repository):\(reference.tag ?? "latest")"
    }

    func found() async throws(BackendError) -> Inspection.Found {
        guard let reference = try? ImageReference(parsing: name) else {
            throw BackendError(
                .invalid, "\(name) is not the name of an image.",
                hint: "Correct 'AlgorithmSpecification.TrainingImage' of the queue.")
        }
        let image: PinnedImage?
        do throws(BackendError) {
            image = try await registry.resolve(reference)
        } catch {
            guard error.category == .denied, await registry.unpinned(reference, after: error) != nil else {
                throw error
            }
            return .warning(
                "not checked: its registry denies this identity the look-up, and may let SageMaker pull it", hint: nil)
        }
        guard let image else {
            throw BackendError(
                .notFound, "The registry has no image \(name).",
                hint: "Push it, or correct 'AlgorithmSpecification.TrainingImage' of the queue.")
        }
        return .ok("\(image.platform ?? "found")\(image.digest.map { ", \($0.rawValue.prefix(19))" } ?? "")")
    }
}
