internal import FoundationEssentials
internal import LaunchCrypto

/// The engine of a context of docker's command line (`docker context use`).
struct DockerContext {
    /// The context's name.
    let name: String
    /// The address of its engine.
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

    /// Docker's configuration folder: `DOCKER_CONFIG`, otherwise `.docker` in the home folder.
    static func folder(_ variables: [String: String]) -> String? {
        if let folder = variables["DOCKER_CONFIG"], !folder.isEmpty { return folder }
        return variables["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.docker" }
    }

    /// Why docker's `config.json`, which names the context, cannot be read. Nil if it is readable or does not exist.
    static func fault(_ variables: [String: String]) -> EngineError? {
        guard let folder = folder(variables) else { return nil }
        do throws(EngineError) {
            _ = try DockerFile.read(Settings.self, "\(folder)/config.json")
            return nil
        } catch {
            return error
        }
    }

    /// The context that docker would use: `DOCKER_CONTEXT`, otherwise the current one of `config.json`. Nil for
    /// `default`.
    /// - Throws: `notReachable` if the context does not exist, or its address is not usable.
    static func current(_ variables: [String: String]) throws(EngineError) -> DockerContext? {
        guard let folder = folder(variables) else { return nil }
        var name = variables["DOCKER_CONTEXT"] ?? ""
        if name.isEmpty {
            // Docker's command line also uses the default then. The locator names the file if no engine answers.
            let settings = try? DockerFile.read(Settings.self, "\(folder)/config.json")
            name = settings?.currentContext ?? ""
        }
        guard !name.isEmpty, name != "default" else { return nil }
        // Docker's name of the folder is the hash of the context's name.
        let id = SHA256.hex(name.utf8)
        guard let meta = try? DockerFile.read(Meta.self, "\(folder)/contexts/meta/\(id)/meta.json"),
            let endpoint = meta.Endpoints?["docker"], let host = endpoint.Host, !host.isEmpty
        else {
            throw EngineError(
                .notReachable, "Docker's context '\(name)' is not in \(folder), or has no engine.",
                hint: "List contexts with 'docker context ls'; select the default with 'docker context use default'.")
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
                .notReachable, "Docker's context '\(name)' is not usable. \(error.message)", hint: error.hint)
        }
    }
}
