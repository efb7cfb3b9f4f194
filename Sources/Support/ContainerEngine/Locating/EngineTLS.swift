internal import Glibc

/// The TLS settings for an engine: the trusted authority, and this program's certificate.
public struct EngineTLS: Sendable, Hashable {
    /// A folder with `ca.pem`, `cert.pem` and `key.pem`, in docker's layout. Each file is optional.
    public var folder: String
    /// Whether the engine's certificate is checked. Docker's `DOCKER_TLS` and a context's `SkipTLSVerify` turn it off.
    public var verifies: Bool

    public init(folder: String, verifies: Bool = true) {
        self.folder = folder
        self.verifies = verifies
    }

    /// The authority's certificate, if the folder has one. Otherwise the system's authorities are trusted.
    var authority: String? { existing("ca.pem") }
    /// This program's certificate.
    var certificate: String? { existing("cert.pem") }
    /// The certificate's key.
    var key: String? { existing("key.pem") }

    /// The settings from docker's variables: `DOCKER_TLS_VERIFY` (any text), or `DOCKER_TLS` without verification. The
    /// files are in `DOCKER_CERT_PATH`, otherwise in docker's configuration folder. Nil if neither is set.
    init?(variables: [String: String], configFolder: String?) {
        let verifies = variables["DOCKER_TLS_VERIFY"].map { !$0.isEmpty } ?? false
        guard verifies || variables["DOCKER_TLS"].map({ !$0.isEmpty }) ?? false,
            let folder = variables["DOCKER_CERT_PATH"].flatMap({ $0.isEmpty ? nil : $0 }) ?? configFolder
        else { return nil }
        self.init(folder: folder, verifies: verifies)
    }

    /// The variables that make docker's command line use the same files.
    var commandVariables: [String: String] {
        ["DOCKER_CERT_PATH": folder, verifies ? "DOCKER_TLS_VERIFY" : "DOCKER_TLS": "1"]
    }

    private func existing(_ name: String) -> String? {
        let path = "\(folder)/\(name)"
        return access(path, R_OK) == 0 ? path : nil
    }
}
