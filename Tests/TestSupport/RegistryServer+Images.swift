import Foundation
import LaunchCrypto
import LaunchHTTP

/// Pushes images blob by blob, so that a test needs no container engine.
extension RegistryServer {
    /// Pushes an image without layers and returns its digest. Another `content` gives another digest.
    public func pushImage(
        _ repository: String, tag: String, content: String = "",
        platform: (os: String, architecture: String) = ("linux", "amd64")
    ) async throws -> String {
        let config = try Self.json([
            "os": platform.os, "architecture": platform.architecture, "rootfs": ["type": "layers", "diff_ids": []],
            "config": ["Labels": ["content": content]],
        ])
        let configDigest = try await pushBlob(config, to: repository)
        let manifest = try Self.json([
            "schemaVersion": 2, "mediaType": Self.imageType, "layers": [],
            "config": [
                "mediaType": "application/vnd.docker.container.image.v1+json", "size": config.count,
                "digest": configDigest,
            ],
        ])
        return try await pushManifest(manifest, type: Self.imageType, to: repository, tag)
    }

    /// Pushes an index with an image per architecture, and a build attestation as buildx adds it.
    public func pushIndex(
        _ repository: String, tag: String, architectures: [String]
    ) async throws -> (digest: String, images: [String: String]) {
        var images: [String: String] = [:]
        var entries: [[String: Any]] = []
        for architecture in architectures + ["unknown"] {
            let os = architecture == "unknown" ? "unknown" : "linux"
            let digest = try await pushImage(
                repository, tag: "\(tag)-\(architecture)", platform: (os, architecture))
            let size = try await send(request(.get, "/v2/\(repository)/manifests/\(digest)", accept: Self.imageType))
            entries.append([
                "mediaType": Self.imageType, "digest": digest, "size": size.body.count,
                "platform": ["os": os, "architecture": architecture],
            ])
            if os == "linux" { images[architecture] = digest }
        }
        let index = try Self.json(["schemaVersion": 2, "mediaType": Self.indexType, "manifests": entries])
        return (try await pushManifest(index, type: Self.indexType, to: repository, tag), images)
    }

    /// The manifest with a tag or a digest, with its media type and digest, from the registry's own files.
    public func manifest(_ repository: String, _ reference: String) -> (text: String, type: String, digest: String)? {
        let links = "\(store)/repositories/\(repository)/_manifests"
        let kept =
            reference.hasPrefix("sha256:")
            ? "revisions/sha256/\(reference.dropFirst(7))/link" : "tags/\(reference)/current/link"
        guard let digest = try? String(contentsOfFile: "\(links)/\(kept)", encoding: .utf8) else { return nil }
        let hex = digest.dropFirst("sha256:".count)
        guard
            let text = try? String(
                contentsOfFile: "\(store)/blobs/sha256/\(hex.prefix(2))/\(hex)/data", encoding: .utf8)
        else { return nil }
        let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
        return (text, object?["mediaType"] as? String ?? Self.imageType, digest)
    }

    private static let imageType = "application/vnd.docker.distribution.manifest.v2+json"
    private static let indexType = "application/vnd.docker.distribution.manifest.list.v2+json"

    private func request(_ method: HTTPMethod, _ path: String, accept: String) -> HTTPRequest {
        var request = request(method, path)
        request.headers["Accept"] = accept
        return request
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await send(request, expecting: 200)
    }

    private func pushBlob(_ bytes: Data, to repository: String) async throws -> String {
        let digest = Self.digest(bytes)
        let begun = try await send(request(.post, "/v2/\(repository)/blobs/uploads/"), expecting: 202)
        let place = begun.headers["Location"] ?? ""
        let joined = place + (place.contains("?") ? "&" : "?") + "digest=\(digest)"
        _ = try await send(
            request(.put, joined, body: .data(bytes), type: "application/octet-stream"), expecting: 201)
        return digest
    }

    private func pushManifest(
        _ bytes: Data, type: String, to repository: String, _ tag: String
    ) async throws -> String {
        let answer = try await send(
            request(.put, "/v2/\(repository)/manifests/\(tag)", body: .data(bytes), type: type), expecting: 201)
        return answer.headers["Docker-Content-Digest"] ?? Self.digest(bytes)
    }

    private static func json(_ object: [String: Any]) throws -> Data {
        try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func digest(_ bytes: Data) -> String { "sha256:\(SHA256.hex(bytes))" }
}
