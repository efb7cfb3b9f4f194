/// What a registry has under a tag or a digest.
public struct RemoteImage: Sendable, Hashable {
    /// The digest that the tag stood for when it was looked up: of an image, or of an index of several.
    public var digest: String
    /// The type of the document with that digest.
    public var mediaType: String
    /// The images in it, one a platform; for a plain image, that image.
    public var images: [Variant]

    /// An image for one platform.
    public struct Variant: Sendable, Hashable {
        /// The digest of the image's own manifest.
        public var digest: String
        /// What it runs on; nil for an artifact that is no image.
        public var platform: ImagePlatform?

        /// A variant from its parts.
        public init(digest: String, platform: ImagePlatform?) {
            self.digest = digest
            self.platform = platform
        }
    }

    /// An image from its parts.
    public init(digest: String, mediaType: String, images: [Variant]) {
        self.digest = digest
        self.mediaType = mediaType
        self.images = images
    }

    /// The image for a platform, or nil where there is none.
    public func image(for platform: ImagePlatform) -> Variant? {
        images.first { $0.platform == platform } ?? images.first { $0.platform?.satisfies(platform) ?? false }
    }

    /// The one platform, where there is just one.
    public var platform: ImagePlatform? { images.count == 1 ? images.first?.platform : nil }
}
