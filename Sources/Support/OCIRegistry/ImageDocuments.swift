public import FoundationEssentials

/// The manifest and the configuration of one image, as the registry has them.
public struct ImageDocuments: Sendable {
    /// The digest of the manifest.
    public var digest: String
    /// The media type of the manifest.
    public var mediaType: String
    /// The bytes of the manifest, compared with the digest.
    public var manifest: Data
    /// The bytes of the configuration, compared with its digest.
    public var config: Data
    /// The layers, the lowest first.
    public var layers: [Layer]

    /// A layer in a manifest.
    public struct Layer: Sendable, Hashable, Decodable {
        /// The media type.
        public var mediaType: String?
        /// `sha256:` and 64 hex digits.
        public var digest: String
        /// The number of compressed bytes.
        public var size: Int64
        /// Where else the layer is. Registries do not store such layers.
        public var urls: [String]?

        /// Whether the registry has no copy of the layer.
        public var isForeign: Bool { urls?.isEmpty == false }
    }

    /// The fields of a manifest that this type reads.
    struct Fields: Decodable {
        var mediaType: String?
        var config: Manifest.Descriptor
        var layers: [Layer]
    }
}

/// The media types of one format of images.
public struct ImageFormat: Sendable, Hashable {
    /// The manifest's type.
    public let manifest: String
    /// The configuration's type.
    public let config: String
    /// The type of a layer that gzip has compressed.
    public let layer: String

    /// The format of the Open Container Initiative.
    public static let oci = ImageFormat(
        manifest: "application/vnd.oci.image.manifest.v1+json", config: "application/vnd.oci.image.config.v1+json",
        layer: "application/vnd.oci.image.layer.v1.tar+gzip")
    /// The format of Docker, schema 2.
    public static let docker = ImageFormat(
        manifest: "application/vnd.docker.distribution.manifest.v2+json",
        config: "application/vnd.docker.container.image.v1+json",
        layer: "application/vnd.docker.image.rootfs.diff.tar.gzip")

    /// The format of a manifest; nil for others.
    public static func of(_ mediaType: String) -> ImageFormat? {
        [oci, docker].first { $0.manifest == mediaType }
    }
}
