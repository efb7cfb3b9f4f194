internal import HTTP

/// One call to a registry: address, login and the words for what may go wrong.
struct Transport: Sendable {
    let host: RegistryHost
    let scheme: String
    let http: HTTPClient
    let addresses: [HTTPRequest.AddressOverride]
    let authenticator: Authenticator

    /// Asks `/v2/<repository>/<path>`, answering the registry's challenge on the way. The answer has status 200 or 404; to
    /// HEAD it may also say that the method is unknown.
    func get(
        _ method: HTTPMethod, _ path: String, of repository: String, accept: [String] = [], limit: Int
    ) async throws(OCIError) -> HTTPResponse {
        let name = "\(host.name)/\(repository)"
        let apiName = host.apiRepository(repository)
        var request = HTTPRequest(
            method, "\(scheme)://\(host.apiHost)/v2/\(apiName)/\(path)", timeout: .seconds(60), resolve: addresses,
            followRedirects: true, maxBodyBytes: limit)
        if !accept.isEmpty { request.headers["Accept"] = accept.joined(separator: ", ") }
        let known = authenticator.header(for: apiName)
        request.headers["Authorization"] = known
        var response = try await send(request, name)
        if response.status == 401 {
            authenticator.forget(apiName)
            let challenges = response.headers.values("WWW-Authenticate").flatMap(Challenge.parse)
            let answer = try await authenticator.answer(challenges, for: apiName) {
                tokenRequest throws(OCIError) in
                var tokenRequest = tokenRequest
                tokenRequest.resolve = addresses
                return try await send(tokenRequest, name)
            }
            guard let answer else { throw Self.refused(name, response.status) }
            request.headers["Authorization"] = answer
            response = try await send(request, name)
        }
        // Some registries and proxies know no HEAD: the caller asks again with GET.
        if method == .head, Self.isUnknownMethod(response) { return response }
        try check(response, name)
        return response
    }

    /// Whether the answer says that the method of the request is not supported.
    static func isUnknownMethod(_ response: HTTPResponse) -> Bool { response.status == 405 || response.status == 501 }

    /// Whether `/v2/` is answered as a registry does.
    func isRegistry() async throws(OCIError) -> Bool {
        let request = HTTPRequest(
            .get, "\(scheme)://\(host.apiHost)/v2/", timeout: .seconds(30), resolve: addresses, followRedirects: true)
        let response = try await send(request, host.name)
        if response.headers["Docker-Distribution-Api-Version"] != nil { return true }
        return response.status == 200 || (response.status == 401 && response.headers["WWW-Authenticate"] != nil)
    }

    private func check(_ response: HTTPResponse, _ name: String) throws(OCIError) {
        switch response.status {
        case 200, 404: return
        case 401, 403: throw Self.refused(name, response.status)
        case 429:
            let seconds = response.headers["Retry-After"].flatMap(Int.init) ?? 0
            throw OCIError(
                .throttled, "\(host.name) answers that it has too many calls, asked for \(name).",
                retryAfter: seconds > 0 ? .seconds(min(seconds, 86_400)) : nil)
        case 500...:
            throw OCIError(.failing, "\(host.name) answers with status \(response.status), asked for \(name).")
        default:
            let other = scheme == "http" && response.status == 400
            throw OCIError(
                .notARegistry,
                "\(host.name) answers with status \(response.status), asked for \(name) over \(scheme): "
                    + (other ? "it may want https, for which 'ca_file' is to be given." : "that is no image registry."))
        }
    }

    private static func refused(_ name: String, _ status: Int) -> OCIError {
        status == 403
            ? OCIError(.denied, "The login for \(name) is not allowed to read it, or it does not exist.")
            : OCIError(.unauthorised, "\(name) wants a login, or another one than it was given, or it does not exist.")
    }

    private func send(_ request: HTTPRequest, _ name: String) async throws(OCIError) -> HTTPResponse {
        do {
            return try await http.send(request)
        } catch {
            switch error.code {
            case .cancelled: throw OCIError(.cancelled, "The look-up of \(name) was cancelled.")
            case .tls:
                throw OCIError(.tls, "No secure connection to \(host.name), asked for \(name): \(error.message)")
            case .tooLarge:
                throw OCIError(.notARegistry, "\(host.name) answers with more than a registry does, asked for \(name).")
            case .protocolError:
                throw OCIError(.notARegistry, "\(host.name) does not speak HTTP, asked for \(name): \(error.message)")
            case .badURL, .badRequest: throw OCIError(.invalid, "\(name) cannot be asked for: \(error.message)")
            default: throw OCIError(.unreachable, "\(host.name) does not answer, asked for \(name): \(error.message)")
            }
        }
    }
}
