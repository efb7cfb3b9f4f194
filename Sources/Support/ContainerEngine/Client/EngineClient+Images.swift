internal import FoundationEssentials
internal import LaunchHTTP

/// One progress message of a pull.
public struct PullProgress: Sendable, Hashable {
    /// The layer; nil for the whole image.
    public var layer: String?
    /// The current step: `Downloading`, `Pull complete`, …
    public var status: String
    /// The bytes so far, if the engine counts them.
    public var current: Int64?
    /// The total number of bytes, if known.
    public var total: Int64?
}

extension EngineClient {
    /// An image in the engine's store, by ID, name or `repo@sha256:…`; nil if it is not there.
    public func image(_ reference: String) async throws(EngineError) -> ImageInfo? {
        do {
            return try await decoded(ImageInfo.self, .get, "/images/\(URLText.encoded(reference))/json")
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Pulls an image into the store. `reference` needs a tag or a digest; otherwise the engine would pull all tags.
    /// - Throws: `notFound` if the registry does not have it, `denied` if the registry requires a login.
    public func pullImage(
        _ reference: String, platform: String? = nil, credentials: RegistryCredentials? = nil,
        progress: @Sendable (PullProgress) -> Void = { _ in }
    ) async throws(EngineError) {
        let headers = credentials.map { [("X-Registry-Auth", $0.header)] } ?? []
        let answer: EngineBytes
        do {
            answer = EngineBytes(
                try await streamed(
                    .post, "/images/create", query: [("fromImage", reference), ("platform", platform)],
                    headers: headers), of: self)
        } catch {
            throw Self.pullFailure(reference, error)
        }
        var lines = JSONLines()
        while let chunk = try await answer.next() {
            try lines.feed(chunk)
            while let line = lines.next() {
                try Self.handle(line, of: reference, progress)
            }
        }
        if let line = lines.finish() { try Self.handle(line, of: reference, progress) }
    }

    /// Adds a name to an image: `repository:tag`.
    public func tagImage(_ reference: String, repository: String, tag: String) async throws(EngineError) {
        try await checked(
            .post, "/images/\(URLText.encoded(reference))/tag", query: [("repo", repository), ("tag", tag)])
    }

    /// Removes a name of an image, and the image with its last name. A missing name is not an error.
    public func removeImage(_ reference: String, force: Bool = false) async throws(EngineError) {
        do {
            try await checked(
                .delete, "/images/\(URLText.encoded(reference))", query: [("force", force ? "1" : "0")],
                limit: .seconds(300))
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    private static func handle(
        _ line: [UInt8], of reference: String, _ progress: (PullProgress) -> Void
    ) throws(EngineError) {
        let message = try decode(PullMessage.self, from: Data(line))
        if let words = message.error {
            throw pullFailure(reference, EngineError(.server, EngineError.cleaned(words) + "."))
        }
        progress(
            PullProgress(
                layer: message.id, status: message.status ?? "", current: message.detail?.current,
                total: message.detail?.total))
    }

    /// Engines report a refusal by the registry as their own failure. Only the message has the reason.
    private static func pullFailure(_ reference: String, _ error: EngineError) -> EngineError {
        let words = error.message.lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if error.code == .cancelled || error.code == .notReachable { return error }
        let refusals = [
            "unauthorized", "authentication required", "no basic auth", "access denied", "access forbidden",
            "forbidden",
        ]
        if refusals.contains(where: { words.contains($0) }) {
            return EngineError(
                .denied, "The registry does not let the engine pull \(reference). \(error.message)",
                hint: "Check the name, and the login to that registry.")
        }
        if error.code == .notFound || says("manifest unknown", "not found", "does not exist") {
            return EngineError(.notFound, "The registry does not have \(reference). \(error.message)")
        }
        return EngineError(error.code, "The engine could not pull \(reference). \(error.message)")
    }
}

private struct PullMessage: Decodable {
    struct Detail: Decodable {
        var current: Int64?
        var total: Int64?
    }

    var id: String?
    var status: String?
    var error: String?
    var detail: Detail?

    private enum CodingKeys: String, CodingKey {
        case id, status, error
        case detail = "progressDetail"
    }
}
