/// The documents of a registry, as far as this program reads them. One type for images and indexes: the lists that
/// are there tell which it is, for old registries leave the media type out.
struct Manifest: Decodable {
    var mediaType: String?
    var config: Descriptor?
    var manifests: [Descriptor]?

    struct Descriptor: Decodable {
        var mediaType: String?
        var digest: String
        var platform: PlatformFields?
    }

    /// The config of an image, or the platform member of an index's entry: both have these members.
    struct PlatformFields: Decodable {
        var os: String?
        var architecture: String?
        var variant: String?

        /// Nil where it is not said, and for build attestations, which call themselves `unknown/unknown`.
        var platform: ImagePlatform? {
            guard let os, let architecture, !os.isEmpty, !architecture.isEmpty, os != "unknown" else { return nil }
            return ImagePlatform(os: os, architecture: architecture, variant: variant.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// All kinds of manifests that are understood, for the `Accept` header.
    static let acceptedTypes = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
}
