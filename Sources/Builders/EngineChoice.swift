internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The builder's option `engine`.
enum EngineChoice: Sendable, Hashable {
    /// Any engine.
    case any
    /// Docker itself. podman with docker's API does not count.
    case docker
    /// podman.
    case podman
    /// The engine at that address.
    case address(String)

    /// Parses the option.
    init(_ text: String?) throws(BackendError) {
        switch text {
        case nil, "auto": self = .any
        case "docker": self = .docker
        case "podman": self = .podman
        case .some(let text):
            do {
                _ = try EngineAddress(parsing: text)
            } catch {
                throw BackendError(
                    .invalid,
                    "The builder's 'engine' is '\(text)'; expected auto, docker, podman or a socket's address.",
                    hint: error.message)
            }
            self = .address(text)
        }
    }

    /// The option for `EngineLocator`.
    func option(_ variables: [String: String]) -> String? {
        switch self {
        case .any, .docker: return nil
        case .address(let text): return text
        case .podman:
            if let host = variables["DOCKER_HOST"], !host.isEmpty { return host }
            return variables["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? "\($0)/podman/podman.sock" : nil }
                ?? "/run/podman/podman.sock"
        }
    }

    /// Throws if the engine is not of the chosen kind.
    func check(isPodman: Bool, at address: EngineAddress) throws(BackendError) {
        guard (self == .docker && isPodman) || (self == .podman && !isPodman) else { return }
        throw BackendError(
            .unavailable,
            "The builder's 'engine' is \(self == .docker ? "docker" : "podman"), and \(isPodman ? "podman" : "docker") "
                + "runs at \(address).",
            hint: "Give the address of the right engine as 'engine', or set DOCKER_HOST.")
    }
}
