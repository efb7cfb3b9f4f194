internal import FoundationEssentials
internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// The documents of the new image: those of the base image with one more layer. Pure, so equal inputs have equal bytes.
struct AppendedImage {
    /// The layer that was added.
    struct Layer {
        var digest: String
        var size: Int64
        /// The digest of the layer before compression.
        var contentDigest: String
    }

    let config: [UInt8]
    let manifest: [UInt8]
    let format: ImageFormat

    /// The time of everything. The time of a build would make each image different.
    private static let time = JSONValue.string("1970-01-01T00:00:00Z")

    /// - Parameter layer: nil if the recipe copies no files.
    init(
        base: ImageDocuments, configOfBase: JSONValue, settings: ImageSettings, layer: Layer?, name: String
    ) throws(BackendError) {
        guard let format = ImageFormat.of(base.mediaType) else {
            throw BackendError(
                .invalid, "The base image \(name) has the format \(base.mediaType), which is not known.",
                hint: "Push it again with a present docker or podman.")
        }
        self.format = format
        guard var config = configOfBase.objectValue,
            var manifest = (try? JSON.decode(JSONValue.self, from: base.manifest))?.objectValue,
            var layers = manifest["layers"]?.arrayValue,
            let content = config["rootfs"]?["diff_ids"]?.arrayValue, content.count == layers.count
        else {
            throw BackendError(.malformed, "The base image \(name) has documents that contradict each other.")
        }
        var event: [String: JSONValue] = [
            "created": Self.time, "created_by": .string("launch append"), "comment": .string("launch"),
        ]
        var ids = content
        if let layer {
            ids.append(.string(layer.contentDigest))
            layers.append(
                .object([
                    "mediaType": .string(format.layer), "digest": .string(layer.digest), "size": .integer(layer.size),
                ]))
        } else {
            event["empty_layer"] = .bool(true)
        }
        config["rootfs"] = .object(["type": .string("layers"), "diff_ids": .array(ids)])
        config["created"] = Self.time
        config["config"] = settings.document
        // A history is either complete or missing.
        let history = config["history"]?.arrayValue ?? []
        if !history.isEmpty || content.isEmpty { config["history"] = .array(history + [.object(event)]) }
        for name in ["container", "container_config", "docker_version", "id", "parent"] { config[name] = nil }
        self.config = try Self.bytes(.object(config))
        manifest["layers"] = .array(layers)
        manifest["mediaType"] = .string(format.manifest)
        manifest["config"] = .object([
            "mediaType": .string(format.config), "digest": .string(BlobBytes(self.config).digest),
            "size": .integer(Int64(self.config.count)),
        ])
        // They describe the base image.
        manifest["annotations"] = nil
        manifest["subject"] = nil
        self.manifest = try Self.bytes(.object(manifest))
    }

    private static func bytes(_ value: JSONValue) throws(BackendError) -> [UInt8] {
        do {
            return [UInt8](try JSON.canonicalData(value))
        } catch {
            throw BackendError(.malformed, "The base image has a configuration that cannot be written: \(error).")
        }
    }
}
