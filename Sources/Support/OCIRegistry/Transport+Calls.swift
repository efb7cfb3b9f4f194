internal import LaunchHTTP

extension Transport {
    /// The address of a path below a repository.
    func url(_ path: String, of repository: String) -> String {
        "\(scheme)://\(host.apiHost)/v2/\(host.apiRepository(repository))/\(path)"
    }

    /// The address of an upload from a `Location`, which may be relative. Nil if it is not a path and not a URL.
    ///
    /// The login and the bytes of a blob go only to the registry's own scheme, host and port.
    func address(ofLocation location: String, _ name: String) throws(OCIError) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return "\(scheme)://\(host.apiHost)\(location)" }
        guard let origin = HTTPOrigin(location) else { return nil }
        guard origin == HTTPOrigin("\(scheme)://\(host.apiHost)") else {
            throw OCIError(
                .untrusted,
                "\(host.name) asks for an upload to \(origin), which is another server or not \(scheme). "
                    + "Nothing was sent to it (\(name)).")
        }
        return location
    }

    /// Sends a request with the login for the use, and answers a challenge of the registry. The body must be one that can
    /// be sent again.
    /// - Returns: the response with any status but 401.
    func call(_ request: HTTPRequest, _ use: RepositoryUse, _ name: String) async throws(OCIError) -> HTTPResponse {
        var request = request
        request.headers["Authorization"] = authenticator.header(for: use)
        let response = try await send(request, name)
        guard response.status == 401 else { return response }
        request.headers["Authorization"] = try await authorization(after: response.headers, use, name)
        return try await send(request, name)
    }

    /// Sends a request with a body that cannot be sent again. The registry's rejection of the login is an error that a
    /// retry may solve, because the next request gets a new one.
    func callOnce(_ request: HTTPRequest, _ use: RepositoryUse, _ name: String) async throws(OCIError) -> HTTPResponse {
        var request = request
        request.headers["Authorization"] = authenticator.header(for: use)
        let response = try await send(request, name)
        guard response.status == 401 else { return response }
        authenticator.forget(use)
        throw OCIError(.failing, "\(host.name) no longer accepts the login for \(name).")
    }

    /// Like `call`, but the body is read from the stream.
    func stream(_ request: HTTPRequest, _ use: RepositoryUse, _ name: String) async throws(OCIError) -> HTTPStream {
        var request = request
        request.headers["Authorization"] = authenticator.header(for: use)
        let response = try await open(request, name)
        guard response.status == 401 else { return response }
        response.cancel()
        request.headers["Authorization"] = try await authorization(after: response.headers, use, name)
        return try await open(request, name)
    }

    private func open(_ request: HTTPRequest, _ name: String) async throws(OCIError) -> HTTPStream {
        do {
            return try await http.stream(request)
        } catch {
            throw failure(of: error, name)
        }
    }

    /// The `Authorization` for the challenges of a response with status 401.
    private func authorization(
        after headers: HTTPHeaders, _ use: RepositoryUse, _ name: String
    ) async throws(OCIError) -> String {
        authenticator.forget(use)
        let challenges = headers.values("WWW-Authenticate").flatMap(Challenge.parse)
        let answer = try await authenticator.answer(challenges, for: use) { request throws(OCIError) in
            var request = request
            request.resolve = addresses
            return try await send(request, name)
        }
        guard let answer else { throw Self.refused(name, 401, writes: use.writes) }
        return answer
    }
}
