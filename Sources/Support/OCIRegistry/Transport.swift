internal import LaunchHTTP

/// Sends requests to a registry: address, login, and error messages.
struct Transport: Sendable {
    let host: RegistryHost
    let scheme: String
    let http: HTTPClient
    let addresses: [HTTPRequest.AddressOverride]
    let authenticator: Authenticator

    /// Requests `/v2/<repository>/<path>`, and responds to a challenge of the registry. The response has status 200 or 404.
    /// For HEAD it may also have a status that says that the method is not supported.
    func get(
        _ method: HTTPMethod, _ path: String, of repository: String, accept: [String] = [], limit: Int
    ) async throws(OCIError) -> HTTPResponse {
        let name = "\(host.name)/\(repository)"
        let apiName = host.apiRepository(repository)
        var request = HTTPRequest(
            method, "\(scheme)://\(host.apiHost)/v2/\(apiName)/\(path)", timeout: .seconds(60), resolve: addresses,
            followRedirects: true, maxBodyBytes: limit)
        if !accept.isEmpty { request.headers["Accept"] = accept.joined(separator: ", ") }
        let response = try await call(request, RepositoryUse(apiName), name)
        // Some registries and proxies do not support HEAD: the caller repeats the request with GET.
        if method == .head, Self.isUnknownMethod(response) { return response }
        try check(response, name)
        return response
    }

    /// Whether the response says that the method of the request is not supported.
    static func isUnknownMethod(_ response: HTTPResponse) -> Bool { response.status == 405 || response.status == 501 }

    /// Whether `/v2/` responds as a registry does.
    func isRegistry() async throws(OCIError) -> Bool {
        let request = HTTPRequest(
            .get, "\(scheme)://\(host.apiHost)/v2/", timeout: .seconds(30), resolve: addresses, followRedirects: true)
        let response = try await send(request, host.name)
        if response.headers["Docker-Distribution-Api-Version"] != nil { return true }
        return response.status == 200 || (response.status == 401 && response.headers["WWW-Authenticate"] != nil)
    }

    private func check(_ response: HTTPResponse, _ name: String) throws(OCIError) {
        if let failure = Self.failure(response.status, response.headers, name, on: host.name) { throw failure }
        switch response.status {
        case 200, 404: return
        default:
            let other = scheme == "http" && response.status == 400
            throw OCIError(
                .notARegistry,
                "\(host.name) responded with status \(response.status) to a request for \(name) over \(scheme): "
                    + (other ? "it may require https; set 'ca_file' for that." : "it is not an image registry."))
        }
    }

    /// The failures that any request can have: no right, too many calls, and a fault of the registry. Nil for other
    /// statuses.
    static func failure(
        _ status: Int, _ headers: HTTPHeaders, _ name: String, on host: String, writes: Bool = false
    ) -> OCIError? {
        switch status {
        case 401, 403: return refused(name, status, writes: writes)
        case 429:
            let wait = headers.retryAfter
            return OCIError(
                .throttled, "\(host) throttles requests (status 429, \(name)).", retryAfter: wait == .zero ? nil : wait)
        case 500...: return OCIError(.failing, "\(host) responded with status \(status) (\(name)).")
        default: return nil
        }
    }

    static func refused(_ name: String, _ status: Int, writes: Bool = false) -> OCIError {
        status == 403
            ? OCIError(
                .denied,
                "The login for \(name) is not allowed to \(writes ? "push to" : "read") it, or it does not exist.")
            : OCIError(.unauthorised, "\(name) requires a login, or another one than it got, or it does not exist.")
    }

    func send(_ request: HTTPRequest, _ name: String) async throws(OCIError) -> HTTPResponse {
        do {
            return try await http.send(request)
        } catch {
            throw failure(of: error, name)
        }
    }

    /// Why a request has no response.
    func failure(of error: HTTPError, _ name: String) -> OCIError {
        switch error.code {
        case .cancelled: return OCIError(.cancelled, "The request for \(name) was cancelled.")
        case .tls:
            return OCIError(.tls, "No secure connection to \(host.name) (\(name)): \(error.message)")
        case .tooLarge:
            return OCIError(.notARegistry, "The response of \(host.name) is too large for a registry (\(name)).")
        case .protocolError:
            return OCIError(.notARegistry, "\(host.name) does not speak HTTP (\(name)): \(error.message)")
        case .badURL, .badRequest: return OCIError(.invalid, "The request for \(name) is invalid: \(error.message)")
        default: return OCIError(.unreachable, "\(host.name) does not respond (\(name)): \(error.message)")
        }
    }
}
