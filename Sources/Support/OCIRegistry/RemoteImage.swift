/// The image with a tag or a digest in a registry.
public struct RemoteImage: Sendable, Hashable {
    /// The digest of the tag at the time of the request: of an image, or of an image index.
    public var digest: String
    /// The media type of the document with that digest.
    public var mediaType: String
    /// The images of an index, one per platform; for a plain image, the image itself.
    public var images: [Variant]

    /// An image for one platform.
    public struct Variant: Sendable, Hashable {
        /// The digest of the image's own manifest.
        public var digest: String
        /// The platform of the image; nil for an artifact that is not an image.
        public var platform: ImagePlatform?

        public init(digest: String, platform: ImagePlatform?) {
            self.digest = digest
            self.platform = platform
        }
    }

    public init(digest: String, mediaType: String, images: [Variant]) {
        self.digest = digest
        self.mediaType = mediaType
        self.images = images
    }

    /// The image for a platform; nil if there is none.
    public func image(for platform: ImagePlatform) -> Variant? {
        images.first { $0.platform == platform } ?? images.first { $0.platform?.satisfies(platform) ?? false }
    }

    /// The platform, if the image has exactly one.
    public var platform: ImagePlatform? { images.count == 1 ? images.first?.platform : nil }
}
