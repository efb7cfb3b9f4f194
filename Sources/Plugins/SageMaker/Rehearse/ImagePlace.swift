internal import AWS
internal import LaunchHost

/// What the name of an image says of where SageMaker would find it.
struct ImagePlace {
    let image: PinnedImage
    /// The registry, where it is ECR.
    let ecr: ECRHost?

    init(_ image: PinnedImage) {
        self.image = image
        ecr = (try? ImageReference(parsing: image.reference))?.host.flatMap { ECRHost($0) }
    }

    /// Whether it is known by its ID alone, and so to one engine.
    var isOnlyHere: Bool { Digest(rawValue: image.reference) != nil }
}
