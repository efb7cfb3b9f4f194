internal import LaunchAWS
internal import LaunchPluginKit

/// Where SageMaker would find an image, from the image's name.
struct ImageLocation {
    let image: PinnedImage
    /// The registry if it is ECR.
    let ecr: ECRHost?

    init(_ image: PinnedImage) {
        self.image = image
        ecr = (try? ImageReference(parsing: image.reference))?.host.flatMap { ECRHost($0) }
    }

    /// Whether the image is identified by its ID alone, which only one engine knows.
    var isOnlyHere: Bool { Digest(rawValue: image.reference) != nil }
}
