internal import LaunchCrypto
internal import LaunchHTTP
internal import LaunchSubprocess

/// Carries a message to the target of a hook, once.
package struct HookTransport: Sendable {
    /// A hook with the key of its signature.
    package struct Hook: Sendable {
        package let settings: HookSettings
        let key: Secret?

        /// Reads the key.
        /// - Parameters:
        ///   - variables: the environment of the process.
        ///   - document: the configuration, to whose folder a relative path belongs.
        /// - Throws: `LaunchError` of kind `.configuration` if the key cannot be read.
        package init(
            _ settings: HookSettings, variables: [String: String], document: Document?
        ) throws(LaunchError) {
            self.settings = settings
            key = try settings.secret.map { place throws(LaunchError) in
                try Self.key(at: place, of: settings.name, variables, document)
            }
        }

        /// A hook of a queue, which has no key.
        init(ofQueue settings: HookSettings) { (self.settings, key) = (settings, nil) }

        private static func key(
            at place: SecretReference, of hook: String, _ variables: [String: String], _ document: Document?
        ) throws(LaunchError) -> Secret {
            let what = "The key of the hook '\(hook)'"
            let key = try place.text(of: what, in: "secret", variables: variables, document: document)
            guard key.utf8.count >= 16, key.utf8.count <= 4_096 else {
                throw LaunchError(
                    .configuration, "\(what) is not set, or has not 16 to 4096 bytes.",
                    hint: "Write a random key to the place that 'secret' names: openssl rand -hex 32")
            }
            return Secret(key)
        }
    }

    /// The limit of one try.
    static let timeout = Duration.seconds(20)
    private let client: HTTPClient
    /// For addresses of queues' owners: a proxy would resolve the name itself.
    private let direct: HTTPClient
    /// The patterns of addresses that hooks of queues may have.
    private let allowed: [String]

    /// - Parameter allowed: the patterns of addresses that hooks of queues may have.
    package init(allowing allowed: [String] = []) {
        self.allowed = allowed
        client = HTTPClient(configuration: .init(connectTimeout: .seconds(10), userAgent: "launch-hooks"))
        direct = HTTPClient(
            configuration: .init(connectTimeout: .seconds(10), proxy: .direct, userAgent: "launch-hooks"))
    }

    /// Sends a message. Never throws: each failure is a sentence.
    func send(_ message: HookMessage, to hook: Hook, at time: Timestamp) async -> HookSchedule.Result {
        let (bytes, type): ([UInt8], String)
        do { (bytes, type) = try message.body(as: hook.settings.format) } catch {
            return .failed("The message cannot be written: \(error)")
        }
        switch hook.settings.target {
        case .program(let words): return await run(words, bytes, message)
        case .url(let url):
            var route: [HTTPRequest.AddressOverride] = []
            if hook.settings.isOfQueue {
                switch await self.route(to: url.reveal()) {
                case .success(let found): route = found
                case .failure(let refusal): return .failed(refusal.sentence)
                }
            }
            return await post(bytes, type, to: url, message, key: hook.key, at: time, by: route)
        }
    }

    private struct Refusal: Error {
        let sentence: String
    }

    /// The address that a request of a queue's hook must use.
    private func route(to url: String) async -> Result<[HTTPRequest.AddressOverride], Refusal> {
        guard allowed.contains(where: { HookAddress.allows($0, url) }), let parts = HookAddress.parts(of: url) else {
            return .failure(
                Refusal(sentence: "'hook_urls' of the agent's launch-config.yaml does not allow the address."))
        }
        switch await HookNetwork.resolve(parts.host) {
        case .refused(let sentence): return .failure(Refusal(sentence: sentence))
        case .addresses(let found):
            return .success(
                found.prefix(1).map {
                    HTTPRequest.AddressOverride(host: parts.host, port: parts.port, address: $0)
                })
        }
    }

    private func post(
        _ bytes: [UInt8], _ type: String, to url: Secret, _ message: HookMessage, key: Secret?, at time: Timestamp,
        by route: [HTTPRequest.AddressOverride]
    ) async -> HookSchedule.Result {
        var headers: HTTPHeaders = ["Content-Type": type, "Launch-Delivery": message.id]
        let seconds = "\(time.milliseconds / 1_000)"
        headers["Launch-Timestamp"] = seconds
        if let key {
            let signature = HMACSHA256.authenticate(Array("\(seconds).".utf8) + bytes, key: Array(key.reveal().utf8))
            headers["Launch-Signature"] = "sha256=\(Hex.encode(signature))"
        }
        do throws(HTTPError) {
            // The status is the answer. A body that is long or never ends must not repeat an accepted message.
            let answer = try await (route.isEmpty ? client : direct).stream(
                HTTPRequest(
                    .post, url.reveal(), headers: headers, body: .bytes(bytes), timeout: Self.timeout,
                    resolve: route, followRedirects: false))
            await Self.drain(answer)
            if (200..<300).contains(answer.status) { return .accepted }
            let redirect = (300..<400).contains(answer.status) ? ", and redirects are not followed" : ""
            return .failed("The server has answered with status \(answer.status)\(redirect).")
        } catch {
            return .failed("The server cannot be reached: \(error.message)")
        }
    }

    /// Reads what is left of an answer, so that its connection serves the next request. A body that is long or slow is
    /// given up with its connection.
    private static func drain(_ answer: HTTPStream) async {
        defer { answer.cancel() }
        _ = await TimeLimit.value(within: .seconds(1)) {
            var left = 64 << 10
            var chunks = answer.body.makeAsyncIterator()
            while left > 0, let chunk = try? await chunks.next(isolation: nil) { left -= chunk.count }
        }
    }

    /// The child gets no variables of the agent but those that every program needs.
    private func run(_ words: [String], _ bytes: [UInt8], _ message: HookMessage) async -> HookSchedule.Result {
        guard let program = words.first else { return .failed("The hook names no program.") }
        do throws(SubprocessError) {
            let result = try await Subprocess.run(
                program, Array(words.dropFirst()),
                environment: .allowed(
                    .init(names: Subprocess.AllowedVariables.network), setting: ["LAUNCH_DELIVERY": message.id]),
                stdin: .bytes(bytes), stdout: .discard, stderr: .collect(maxBytes: 4_096), timeout: Self.timeout)
            if result.exit.isSuccess { return .accepted }
            let end: String =
                switch result.exit {
                case .code(let code): "exit code \(code)"
                case .signal(let signal): "signal \(signal)"
                }
            let words = Wording.shortened(SecretMask.shared.mask(result.stderrText))
            return .failed("The program '\(program)' has ended with \(end)\(words.isEmpty ? "." : ": \(words)")")
        } catch {
            return .failed("The program '\(program)' cannot be run: \(error)")
        }
    }
}
