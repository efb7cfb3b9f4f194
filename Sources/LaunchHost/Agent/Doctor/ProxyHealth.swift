internal import FoundationEssentials
internal import LaunchHTTP

/// Checks whether the proxies of HTTP requests answer. Their passwords are not shown.
struct ProxyHealth: Sendable {
    /// The variables of the program.
    let variables: [String: String]
    /// How long a proxy may take to answer.
    var limit = Duration.seconds(5)

    /// Nil if no proxy is set.
    func finding() async -> HealthCheck? {
        let names = ["https_proxy", "http_proxy", "all_proxy"].flatMap { [$0, $0.uppercased()] }
        let set = names.filter { !(variables[$0] ?? "").isEmpty }
        guard !set.isEmpty else { return nil }
        for value in set.compactMap({ variables[$0] }).uniqued {
            guard let url = Self.url(value), let problem = await problem(url) else { continue }
            let own = set.filter { variables[$0] == value }
            return HealthCheck(
                .fail, "proxy", "the proxy of \(Wording.all(own)) does not answer: \(problem)",
                hint:
                    "Correct \(Wording.all(own)), or remove it; no_proxy names hosts that are reached without a proxy.",
                kind: .unavailable)
        }
        let exceptions = ["no_proxy", "NO_PROXY"].compactMap { variables[$0] }.first { !$0.isEmpty }
        let detail =
            "requests go through the proxy of \(Wording.all(set)), "
            + (exceptions.map { "but for \(Wording.quoted($0))" } ?? "without exceptions")
        return HealthCheck(.ok, "proxy", detail)
    }

    /// The address without the login. Nil for a proxy that does not speak HTTP, which is not asked.
    private static func url(_ value: String) -> String? {
        let text = value.contains("://") ? value : "http://\(value)"
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else { return nil }
        // curl's port of a proxy without one.
        let port = parts.port ?? (scheme == "https" ? 443 : 1080)
        return "\(scheme)://\(host):\(port)/"
    }

    /// Any answer is one of a proxy, and so are a certificate for another name and the end of the connection.
    private func problem(_ url: String) async -> String? {
        let client = HTTPClient(configuration: .init(connectTimeout: limit, proxy: .direct))
        do throws(HTTPError) {
            _ = try await client.send(HTTPRequest(.head, url, timeout: limit, maxBodyBytes: 1 << 16))
            return nil
        } catch {
            switch error.code {
            case .couldNotResolve, .couldNotConnect: return error.message
            case .timedOut: return "no answer from \(url.dropLast()) within \(limit.components.seconds) s"
            default: return nil
            }
        }
    }
}
