internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// A registry's host, and optionally a path that starts the names of all its images.
struct RegistryLocation: Sendable, Hashable {
    let host: RegistryHost
    let path: String?

    /// Reads the option `uri`.
    init(parsing uri: String) throws(BackendError) {
        if let at = uri.firstIndex(of: "@"), !uri[at...].hasPrefix("@sha256:") {
            throw BackendError(
                .invalid, "The registry's 'uri' contains a user name or a password.",
                hint:
                    "Write host[:port][/path], and give the login with 'username' and 'password_file' or 'password_env'."
            )
        }
        for scheme in ["https://", "http://", "oci://", "docker://"] where uri.lowercased().hasPrefix(scheme) {
            let rest = uri.dropFirst(scheme.count)
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)', and a registry is named without '\(scheme)'.",
                hint: "Write 'uri: \(rest)'"
                    + (scheme == "http://" ? ", and 'insecure: true' if it is not on this machine." : "."))
        }
        if uri.wholeMatch(of: /arn:aws[a-z-]*:ecr:.*|[0-9]{12}\.dkr\.ecr(?:-fips)?\..*/) != nil {
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)', which is of Amazon ECR.",
                hint: "Use 'type: ecr' for it, which gets its logins from the environment.")
        }
        if uri.hasPrefix("arn:") {
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)', which is an ARN and not the address of a registry.",
                hint: "Write host[:port][/path], for example localhost:5000/team.")
        }
        let slash = uri.firstIndex(of: "/") ?? uri.endIndex
        let first = uri[..<slash]
        guard first == "localhost" || first.contains(".") || first.contains(":") else {
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)', and '\(first)' is not a registry host.",
                hint: "Write host[:port][/path], for example localhost:5000, or docker.io/\(uri) for Docker Hub.")
        }
        do {
            host = try RegistryHost(parsing: String(first))
        } catch {
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)'. \(error.message)",
                hint: "A 'uri' is host[:port][/path], without a tag.")
        }
        guard slash < uri.endIndex else {
            path = nil
            return
        }
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: uri)
        } catch {
            throw BackendError(
                .invalid, "The registry's 'uri' cannot be used: \(error.description)",
                hint: "A 'uri' is host[:port][/path], without a '/' at its end.")
        }
        guard reference.tag == nil, reference.digest == nil else {
            throw BackendError(
                .invalid, "The registry's 'uri' is '\(uri)', which has a tag or a digest.",
                hint: "Write 'uri: \(reference.name)': each image gets a tag made from its content.")
        }
        path = reference.repository
    }

    /// True if an image's name begins with this host. A name without a host belongs to Docker Hub.
    func holds(_ reference: ImageReference) -> Bool {
        guard let name = reference.host else { return host == .dockerHub }
        return (try? RegistryHost(parsing: name)) == host
    }

    /// The name of a repository in this registry. A host in `repository` must be this registry's.
    func destination(_ repository: String?) throws(BackendError) -> ImageReference {
        let base = path.map { "\(host.name)/\($0)" } ?? host.name
        do {
            guard let repository else {
                return try ImageReference(parsing: path == nil ? "\(base)/launch" : base)
            }
            let written = try ImageReference(parsing: repository)
            guard written.host != nil else { return try ImageReference(parsing: "\(base)/\(repository)") }
            guard holds(written) else {
                throw BackendError(
                    .invalid, "Images must be pushed to '\(repository)', but the registry is '\(base)'.",
                    hint: "Name the repository without a host, or give the registry that 'uri'.")
            }
            return written
        } catch let error as ImageReference.Invalid {
            throw BackendError(.invalid, error.description)
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }
}
