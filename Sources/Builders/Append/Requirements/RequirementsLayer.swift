internal import LaunchCrypto
internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// The layer of packages in the registry. It is found by the tag of an image that consists of this layer alone, so that the
/// registry keeps the layer, and so that a build with other code needs neither pip nor the packages.
struct RequirementsLayer: Sendable {
    let key: ContentKey
    let client: RegistryClient
    let repository: String

    /// The label with the key.
    static let label = "launch.requirements-key"

    /// The tag of the image with the layer.
    var tag: String { "launch-requirements-\(key.hex.prefix(32))" }

    /// The key of packages: the lines that name them, the Python, the platform, and the place in the image.
    static func key(of requirements: RequirementsFile, for platform: WheelPlatform) -> ContentKey {
        var hash = SHA256()
        // Increase this number if the same inputs give another layer.
        ImageKey.add("launch requirements layer", "1".utf8, to: &hash)
        ImageKey.add("python", platform.python.text.utf8, to: &hash)
        for tag in platform.tags { ImageKey.add("tag", tag.utf8, to: &hash) }
        ImageKey.add("folder", InstalledPackages.folder.utf8, to: &hash)
        ImageKey.add("requirements", requirements.text.utf8, to: &hash)
        return ContentKey(hex: Hex.encode(hash.finalize()))
    }

    /// The layer, if the registry has it.
    func find() async throws(OCIError) -> AppendedImage.Layer? {
        guard let image = try await client.image(repository, tag), ImageFormat.of(image.mediaType) != nil,
            let documents = try await client.documents(repository, image.digest), documents.layers.count == 1,
            let layer = documents.layers.first, !layer.isForeign,
            let config = try? JSONValue(parsing: String(decoding: documents.config, as: UTF8.self)),
            config["config"]?["Labels"]?[Self.label]?.stringValue == key.hex,
            config["rootfs"]?["diff_ids"]?.arrayValue?.count == 1,
            let content = config["rootfs"]?["diff_ids"]?.arrayValue?.first?.stringValue,
            content.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil,
            try await client.hasBlob(repository, layer.digest)
        else { return nil }
        return AppendedImage.Layer(digest: layer.digest, size: layer.size, contentDigest: content)
    }

    /// The documents of the image that keeps the layer.
    func image(
        of layer: AppendedImage.Layer, for platform: ImagePlatform, in format: ImageFormat
    ) throws(BackendError) -> (config: [UInt8], manifest: [UInt8]) {
        let config = try AppendedImage.bytes(
            .object([
                "architecture": .string(platform.architecture), "os": .string(platform.os),
                "created": AppendedImage.time,
                "config": .object(["Labels": .object([Self.label: .string(key.hex)])]),
                "rootfs": .object(["type": .string("layers"), "diff_ids": .array([.string(layer.contentDigest)])]),
                "history": .array([AppendedImage.event(layer)]),
            ]))
        let manifest = try AppendedImage.bytes(
            .object([
                "schemaVersion": .integer(2), "mediaType": .string(format.manifest),
                "config": AppendedImage.descriptor(
                    format.config, BlobBytes(config).digest, Int64(config.count)),
                "layers": .array([AppendedImage.descriptor(format.layer, layer.digest, layer.size)]),
            ]))
        return (config, manifest)
    }
}
