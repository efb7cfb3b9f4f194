/// The address of a registry: a host name or IP address with an optional port, as at the beginning of an image's name.
public struct RegistryHost: Sendable, Hashable, CustomStringConvertible {
    /// The usual notation: `localhost:5000`, `[::1]:5000`, `docker.io`.
    public let name: String
    /// The host without port and brackets.
    private let address: String

    /// Docker Hub, the registry of image names without a host.
    public static let dockerHub = RegistryHost(name: "docker.io", address: "docker.io")

    private init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Parses `host`, `host:port` or `[IPv6]:port`. All names of Docker Hub become `docker.io`.
    /// - Throws: `.invalid` with the reason.
    public init(parsing text: String) throws(OCIError) {
        var host = text[...]
        var port: Substring?
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else {
                throw OCIError(.invalid, "The registry '\(text)' has a '[' without a ']'.")
            }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw OCIError(
                    .invalid, "The registry '\(text)' has '\(rest)' after ']'; only ':port' is allowed there.")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
            host = host[host.index(after: host.startIndex)..<end]
            // Image names allow no dots between the brackets, so such a registry could not be used.
            guard host.contains(":"), host.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":") }) else {
                throw OCIError(.invalid, "The registry '\(text)' has no IPv6 address between its brackets.")
            }
        } else {
            if let colon = host.firstIndex(of: ":") {
                port = host[host.index(after: colon)...]
                host = host[..<colon]
            }
            // Labels separated by dots, as in image names.
            let label = /[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/
            let labels = host.split(separator: ".", omittingEmptySubsequences: false)
            guard labels.allSatisfy({ $0.wholeMatch(of: label) != nil }) else {
                throw OCIError(
                    .invalid, "The registry '\(text)' is not a host name; expected host or host:port (localhost:5000).")
            }
        }
        if let port {
            guard port.utf8.count <= 5, port.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(port),
                (1...65_535).contains(number)
            else {
                throw OCIError(.invalid, "The registry '\(text)' has the port '\(port)'; expected 1 to 65535.")
            }
        }
        if port == nil, ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(host.lowercased()) {
            self = .dockerHub
        } else {
            self.init(name: text, address: host.lowercased())
        }
    }

    /// The host and port of the API.
    public var apiHost: String { self == .dockerHub ? "registry-1.docker.io" : name }

    /// Whether it is this machine. Engines use plain HTTP for it by default.
    public var isLoopback: Bool {
        if address == "localhost" || address == "::1" || address.hasSuffix(".localhost") { return true }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The repository's name in the API. Docker Hub's official images are in `library/`.
    public func apiRepository(_ repository: String) -> String {
        self == .dockerHub && !repository.contains("/") ? "library/\(repository)" : repository
    }

    public var description: String { name }
}
