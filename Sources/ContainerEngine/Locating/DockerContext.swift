internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// The engine that a context of docker's command line names (`docker context use`).
struct DockerContext {
    /// The context's name.
    let name: String
    /// Where its engine listens.
    let address: EngineAddress

    private struct Meta: Decodable {
        struct Endpoint: Decodable {
            var Host: String?
            var SkipTLSVerify: Bool?
        }
        var Name: String
        var Endpoints: [String: Endpoint]?
    }

    private struct Settings: Decodable {
        var currentContext: String?
    }

    /// Docker's configuration folder: `DOCKER_CONFIG`, else `.docker` at home.
    static func folder(_ variables: [String: String]) -> String? {
        if let folder = variables["DOCKER_CONFIG"], !folder.isEmpty { return folder }
        return variables["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.docker" }
    }

    /// The context that docker would use: `DOCKER_CONTEXT`, else the current one of `config.json`. Nil for `default`.
    /// - Throws: `notReachable` where there is no such context, or its address cannot be used.
    static func current(_ variables: [String: String]) throws(EngineError) -> DockerContext? {
        guard let folder = folder(variables) else { return nil }
        var name = variables["DOCKER_CONTEXT"] ?? ""
        if name.isEmpty {
            let settings = read(Settings.self, "\(folder)/config.json")
            name = settings?.currentContext ?? ""
        }
        guard !name.isEmpty, name != "default" else { return nil }
        // Docker names the folder by the hash of the context's name.
        let id = SHA256.hex(name.utf8)
        guard let meta = read(Meta.self, "\(folder)/contexts/meta/\(id)/meta.json"),
            let endpoint = meta.Endpoints?["docker"], let host = endpoint.Host, !host.isEmpty
        else {
            throw EngineError(
                .notReachable, "Docker's context '\(name)' is not in \(folder), or has no engine.",
                hint: "'docker context ls' lists the contexts; 'docker context use default' leaves this one.")
        }
        let tlsFolder = "\(folder)/contexts/tls/\(id)/docker"
        let skips = endpoint.SkipTLSVerify ?? false
        let hasTLS = skips || FileManager.default.fileExists(atPath: tlsFolder)
        do throws(EngineError) {
            let address = try EngineAddress(parsing: host)
            return DockerContext(
                name: name, address: address.over(hasTLS ? EngineTLS(folder: tlsFolder, verifies: !skips) : nil))
        } catch {
            throw EngineError(
                .notReachable, "Docker's context '\(name)' cannot be used. \(error.message)", hint: error.hint)
        }
    }

    /// Reads a small file of docker's; nil where it cannot be read or is not what docker writes.
    static func read<T: Decodable>(_ type: T.Type, _ path: String) -> T? {
        // A pipe could block the read, and a device could fill the memory.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 20,
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return try? JSONDecoder().decode(type, from: data)
    }
}
