internal import FoundationEssentials
internal import LaunchHTTP

extension EngineClient {
    /// Pushes `repository:tag` from the store to the registry in its name. Returns the digest of the pushed image,
    /// `sha256:…`; nil if the engine does not report it.
    ///
    /// The login is sent to the engine in a header of this call, and never in a file or an argument of a program.
    /// - Throws: `denied` if the registry requires a login or another one, `notFound` if the store does not have the
    ///   image, `conflict` if the tag exists and is immutable.
    public func pushImage(
        _ repository: String, tag: String, credentials: RegistryCredentials? = nil,
        progress: @Sendable (PullProgress) -> Void = { _ in }
    ) async throws(EngineError) -> String? {
        // The header is required even without a login; this value is `{}`.
        let headers = [("X-Registry-Auth", credentials?.header ?? "e30=")]
        // Docker uses plain HTTP on loopback by default and ignores this parameter; podman needs it.
        let host = repository.prefix { $0 != "/" && $0 != ":" }
        let isLoopback = host == "localhost" || host.hasPrefix("127.") || repository.hasPrefix("[::1]")
        let answer: EngineBytes
        do {
            answer = EngineBytes(
                try await streamed(
                    .post, "/images/\(URLText.encoded(repository))/push",
                    query: [("tag", tag), ("tlsVerify", isLoopback ? "false" : nil)], headers: headers),
                of: self)
        } catch {
            throw Self.pushFailure("\(repository):\(tag)", error)
        }
        var lines = JSONLines()
        var digest: String?
        func take(_ line: [UInt8]) throws(EngineError) {
            let message = try Self.decode(PushMessage.self, from: Data(line))
            if let words = message.error {
                throw Self.pushFailure("\(repository):\(tag)", EngineError(.server, EngineError.cleaned(words) + "."))
            }
            if let found = message.aux?.digest { digest = found }
            progress(
                PullProgress(
                    layer: message.id, status: message.status ?? "", current: message.detail?.current,
                    total: message.detail?.total))
        }
        while let chunk = try await answer.next() {
            try lines.feed(chunk)
            while let line = lines.next() { try take(line) }
        }
        if let line = lines.finish() { try take(line) }
        return digest
    }

    /// Engines report a refusal by the registry as their own failure. Only the message has the reason.
    private static func pushFailure(_ reference: String, _ error: EngineError) -> EngineError {
        guard ![.cancelled, .notReachable].contains(error.code) else { return error }
        let words = error.message.lowercased()
        // ECR's message for an immutable tag. It is checked before "denied", because the login is not the reason.
        if words.contains("already exists") && (words.contains("immutable") || words.contains("cannot be overwritten"))
        {
            return EngineError(
                .conflict, "The registry does not accept another push of \(reference). \(error.message)",
                hint: "Its tags are immutable; push under another tag, or make the repository's tags mutable.")
        }
        let refusals = ["unauthorized", "authentication required", "no basic auth", "denied", "forbidden"]
        if refusals.contains(where: { words.contains($0) }) {
            return EngineError(
                .denied, "The registry denies the engine the push of \(reference). \(error.message)",
                hint: "Check the repository's name, and the registry's login.")
        }
        if words.contains("http response to https client") {
            return EngineError(
                .invalid, "The engine pushes over https only, and the registry of \(reference) uses plain http.",
                hint: "Add the registry to 'insecure-registries' of the engine's configuration.")
        }
        if words.contains("x509") || words.contains("certificate") {
            return EngineError(
                .invalid, "The engine does not trust the registry of \(reference). \(error.message)",
                hint:
                    "Give the engine the authority's certificate: for docker, in /etc/docker/certs.d/HOST:PORT/ca.crt.")
        }
        return EngineError(error.code, "The engine could not push \(reference). \(error.message)")
    }
}

private struct PushMessage: Decodable {
    struct Detail: Decodable {
        var current: Int64?
        var total: Int64?
    }

    struct Result: Decodable {
        var digest: String?

        private enum CodingKeys: String, CodingKey {
            case digest = "Digest"
        }
    }

    var id: String?
    var status: String?
    var error: String?
    var detail: Detail?
    var aux: Result?

    private enum CodingKeys: String, CodingKey {
        case id, status, error, aux
        case detail = "progressDetail"
    }
}
