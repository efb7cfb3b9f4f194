/// The parts of a registry's documents that this program uses. The same type is used for images and indexes. The
/// present fields distinguish them, because old registries omit the media type.
struct Manifest: Decodable {
    var mediaType: String?
    var config: Descriptor?
    var manifests: [Descriptor]?

    struct Descriptor: Decodable {
        var mediaType: String?
        var digest: String
        var platform: PlatformFields?
    }

    /// The config of an image, or the platform of an index's entry: both have these fields.
    struct PlatformFields: Decodable {
        var os: String?
        var architecture: String?
        var variant: String?

        /// Nil if the fields are missing, and for build attestations, whose platform is `unknown/unknown`.
        var platform: ImagePlatform? {
            guard let os, let architecture, !os.isEmpty, !architecture.isEmpty, os != "unknown" else { return nil }
            return ImagePlatform(os: os, architecture: architecture, variant: variant.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// The supported types of manifests, for the `Accept` header.
    static let acceptedTypes = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
}
