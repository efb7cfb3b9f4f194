internal import LaunchCore
internal import LaunchHTTP

/// The credentials endpoint that Amazon ECS and EKS Pod Identity provide to a container.
///
/// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is a path at 169.254.170.2. `AWS_CONTAINER_CREDENTIALS_FULL_URI` is a
/// URL; over plain HTTP, only loopback and AWS's own addresses are allowed. The token in
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` is read again for each fetch. No proxy is used.
struct ContainerSource: CredentialSource {
    static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    let name = "container endpoint"
    let url: String
    let context: SourceContext
    private let http: HTTPClient
    private static let attempts = 3

    /// Nil if the variables do not set an endpoint.
    /// - Throws: kind configuration for a URL from which credentials must not be fetched.
    init?(_ context: SourceContext) throws(AWSError) {
        let variables = context.variables
        if let path = variables[Self.relative] {
            url = "http://169.254.170.2\(path.hasPrefix("/") ? "" : "/")\(path)"
        } else if let full = variables[Self.full] {
            try Self.check(full)
            url = full
        } else {
            return nil
        }
        self.context = context
        http = HTTPClient(configuration: .init(connectTimeout: .seconds(2), proxy: .direct))
    }

    func fetch() async throws(AWSError) -> AWSCredentials {
        var attempt = 1
        while true {
            do throws(AWSError) {
                return try await ask()
            } catch {
                guard attempt < Self.attempts, error.kind == .unavailable || error.kind == .transient else {
                    throw error
                }
                context.log.debug("the container endpoint gave no credentials", ["error": error.description])
                try await context.clock.wait(.seconds(1))
                attempt += 1
            }
        }
    }

    private func ask() async throws(AWSError) -> AWSCredentials {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token = try token() { headers["Authorization"] = token.reveal() }
        let request = HTTPRequest(.get, url, headers: headers, timeout: .seconds(2), maxBodyBytes: 1 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(request)
        } catch {
            throw .unreachable(error, name)
        }
        guard response.status == 200 else {
            let said = CredentialDocument(response.body)?["message"] ?? CredentialDocument(response.body)?["Message"]
            throw AWSError(
                response.status >= 500 || response.status == 429 ? .transient : .auth,
                "The \(name) answered with status \(response.status)\(said.map { ": \(Wording.shortened($0))" } ?? ".")",
                status: response.status)
        }
        guard let document = CredentialDocument(response.body) else {
            throw AWSError(.transient, "The \(name) did not answer with a JSON object (\(response.body.count) bytes).")
        }
        do throws(AWSError) {
            return try document.credentials(token: "Token", needsExpiry: true)
        } catch {
            throw malformed(error.message)
        }
    }

    private func token() throws(AWSError) -> Secret? {
        if let file = context.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            return try TokenFile.read(file, named: .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
        }
        guard let token = context.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw AWSError(.configuration, "AWS_CONTAINER_AUTHORIZATION_TOKEN has a line break in it.")
        }
        return Secret(token)
    }

    // MARK: allowed hosts

    static func check(_ url: String) throws(AWSError) {
        guard let host = URLHost(url) else {
            throw AWSError(.configuration, "\(full) is not an http or https URL: \(Wording.quoted(url)).")
        }
        guard host.isSecure || host.isLoopback || allowed.contains(host.name) else {
            throw AWSError(
                .configuration,
                "\(full) names the host \(Wording.quoted(host.name)), from which credentials are not fetched over plain "
                    + "HTTP.",
                hint: "Use https, a loopback address, or one of \(Wording.either(allowed)).")
        }
    }

    private static let allowed = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
}
