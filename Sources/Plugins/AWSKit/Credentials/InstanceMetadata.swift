package import LaunchCore
internal import LaunchHTTP

/// The metadata service of an EC2 instance, version 2: each request has a token that a PUT request returned. There is
/// no fallback to version 1, which replies to any GET that an attacker makes the program send; only very old
/// instances lack version 2.
package struct InstanceMetadata: Sendable {
    private static let attemptsRange = 1...100
    let url: String
    /// How often each request is tried.
    let attempts: Int
    private let timeout: Duration
    private let http: HTTPClient
    private let clock: HostClock

    /// Why the service is not used; nil if it is used.
    package static func disabled(_ settings: ProfileSettings) -> String? {
        settings.variables.flag("AWS_EC2_METADATA_DISABLED") ? "AWS_EC2_METADATA_DISABLED is true" : nil
    }

    /// Reads the endpoint, the number of attempts and the timeout.
    /// - Throws: kind configuration for an invalid URL, number or mode.
    package init(_ settings: ProfileSettings, clock: HostClock) throws(AWSError) {
        url = try Self.endpoint(settings)
        attempts = try Self.number(
            settings.setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"), 1)
        timeout = .seconds(
            try Self.number(settings.setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"), 1))
        http = HTTPClient(configuration: .init(connectTimeout: timeout, proxy: .direct))
        self.clock = clock
    }

    /// The text at a path; nil if the path does not exist.
    func text(_ path: String) async throws(AWSError) -> String? {
        // The token may have expired, or belong to another machine after a migration. Then a second try uses a new
        // one.
        for _ in 0..<2 {
            let headers: HTTPHeaders = ["X-aws-ec2-metadata-token": try await token().reveal()]
            let response = try await send(.get, path, headers)
            switch response.status {
            case 200: return String(decoding: response.body, as: UTF8.self)
            case 401: continue
            case 404: return nil
            default: throw refused(response.status, path)
            }
        }
        throw refused(401, path)
    }

    /// The region of the instance.
    package func region() async throws(AWSError) -> String? {
        try await text("/latest/meta-data/placement/region")
    }

    private func token() async throws(AWSError) -> Secret {
        let path = "/latest/api/token"
        let response = try await send(.put, path, ["X-aws-ec2-metadata-token-ttl-seconds": "21600"])
        let token = String(decoding: response.body, as: UTF8.self).stripped
        guard response.status == 200, !token.isEmpty, !token.contains(where: \.isNewline) else {
            throw refused(response.status, path)
        }
        return Secret(token)
    }

    private func send(_ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders) async throws(AWSError)
        -> HTTPResponse
    {
        var attempt = 1
        while true {
            let request = HTTPRequest(method, url + path, headers: headers, timeout: timeout, maxBodyBytes: 1 << 20)
            let failure: AWSError
            do throws(HTTPError) {
                let response = try await http.send(request)
                guard response.status >= 500 || response.status == 429 else { return response }
                failure = refused(response.status, path)
            } catch {
                var unreachable = AWSError.unreachable(error, "instance metadata service at \(url)")
                if error.code == .timedOut {
                    unreachable.message += " In a container, the instance's metadata options need a hop limit of 2."
                }
                failure = unreachable
            }
            guard attempt < attempts, failure.kind != .cancelled, failure.kind != .configuration else { throw failure }
            try await clock.wait(.milliseconds(100))
            attempt += 1
        }
    }

    private func refused(_ status: Int, _ path: String) -> AWSError {
        AWSError(
            status >= 500 || status == 429 ? .transient : .auth,
            "The instance metadata service at \(url) answered \(path) with status \(status).", status: status,
            hint: status == 403 || status == 405
                ? "Its metadata options must allow version 2; in a container, with a hop limit of 2." : nil)
    }

    // MARK: settings

    private static func endpoint(_ settings: ProfileSettings) throws(AWSError) -> String {
        if let custom = settings.setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") {
            guard URLHost(custom.value) != nil else {
                throw AWSError(
                    .configuration,
                    "The metadata endpoint of \(custom.origin) is not an http URL: \(Wording.quoted(custom.value)).")
            }
            return custom.value.hasSuffix("/") ? String(custom.value.dropLast()) : custom.value
        }
        let mode = settings.setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")
        switch mode?.value.lowercased() {
        case nil, "ipv4": return "http://169.254.169.254"
        case "ipv6": return "http://[fd00:ec2::254]"
        case .some(let other):
            throw AWSError(
                .configuration,
                "The metadata endpoint mode of \(mode?.origin ?? .standard) is \(Wording.quoted(other)); it must be ipv4 or "
                    + "ipv6.")
        }
    }

    private static func number(_ setting: Setting?, _ standard: Int) throws(AWSError) -> Int {
        guard let setting else { return standard }
        guard let number = Int(setting.value), attemptsRange.contains(number) else {
            throw AWSError(
                .configuration,
                "\(setting.origin) is \(Wording.quoted(setting.value)); it must be a whole number from 1 to 100.")
        }
        return number
    }
}
