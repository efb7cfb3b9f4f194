internal import FoundationEssentials
internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// The documents of the new image: those of the base image with one more layer. Pure, so equal inputs have equal bytes.
struct AppendedImage {
    /// A layer that was added.
    struct Layer: Sendable, Hashable {
        var digest: String
        var size: Int64
        /// The digest of the layer before compression.
        var contentDigest: String
    }

    let config: [UInt8]
    let manifest: [UInt8]
    let format: ImageFormat

    /// The time of everything. The time of a build would make each image different.
    static let time = JSONValue.string("1970-01-01T00:00:00Z")

    /// - Parameter layers: those that are added, the lowest first. Empty if the recipe copies no files.
    init(
        base: ImageDocuments, configOfBase: JSONValue, settings: ImageSettings, layers added: [Layer], name: String
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
        let ids = content + added.map { .string($0.contentDigest) }
        layers += added.map { Self.descriptor(format.layer, $0.digest, $0.size) }
        config["rootfs"] = .object(["type": .string("layers"), "diff_ids": .array(ids)])
        config["created"] = Self.time
        config["config"] = settings.document
        // A history is either complete or missing.
        let history = config["history"]?.arrayValue ?? []
        let events = added.isEmpty ? [Self.event(nil)] : added.map { Self.event($0) }
        if !history.isEmpty || content.isEmpty { config["history"] = .array(history + events) }
        for name in ["container", "container_config", "docker_version", "id", "parent"] { config[name] = nil }
        self.config = try Self.bytes(.object(config))
        manifest["layers"] = .array(layers)
        manifest["mediaType"] = .string(format.manifest)
        manifest["config"] = Self.descriptor(
            format.config, BlobBytes(self.config).digest, Int64(self.config.count))
        // They describe the base image.
        manifest["annotations"] = nil
        manifest["subject"] = nil
        self.manifest = try Self.bytes(.object(manifest))
    }

    /// The member of a manifest for a blob.
    static func descriptor(_ type: String, _ digest: String, _ size: Int64) -> JSONValue {
        .object(["mediaType": .string(type), "digest": .string(digest), "size": .integer(size)])
    }

    /// The entry of a history for a layer; nil for a step without one.
    static func event(_ layer: Layer?) -> JSONValue {
        var event: [String: JSONValue] = [
            "created": Self.time, "created_by": .string("launch append"), "comment": .string("launch"),
        ]
        if layer == nil { event["empty_layer"] = .bool(true) }
        return .object(event)
    }

    static func bytes(_ value: JSONValue) throws(BackendError) -> [UInt8] {
        do {
            return [UInt8](try JSON.canonicalData(value))
        } catch {
            throw BackendError(.malformed, "The base image has a configuration that cannot be written: \(error).")
        }
    }
}
