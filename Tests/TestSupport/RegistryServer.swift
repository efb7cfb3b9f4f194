import Foundation
public import LaunchHTTP

/// A real image registry on loopback with a private folder. It runs as long as this value exists.
public final class RegistryServer: Sendable {
    /// The options of a registry.
    public struct Options: Sendable {
        /// Whether it requires `RegistryServer.username` and `.password`.
        public var login: Bool
        /// Whether the user is `AWS` with `RegistryServer.tokenPassword`, as in ECR.
        public var likeECR: Bool
        /// The host name of its certificate; nil means plain HTTP.
        public var tlsName: String?
        /// The address and port to listen on; nil means a free port of 127.0.0.1.
        public var listensOn: (address: String, port: Int)?

        public init(
            login: Bool = false, likeECR: Bool = false, tlsName: String? = nil,
            listensOn: (address: String, port: Int)? = nil
        ) {
            self.login = login || likeECR
            self.likeECR = likeECR
            self.tlsName = tlsName
            self.listensOn = listensOn
        }
    }

    /// The program is missing, or it did not start.
    public struct CannotStart: Error, CustomStringConvertible {
        /// The reason, with its log.
        public let description: String
    }

    /// Whether tests may use a registry (Debian: `docker-registry`). False with `LAUNCH_TEST_NO_REGISTRY=1`.
    public static var isWanted: Bool { ProcessInfo.processInfo.environment["LAUNCH_TEST_NO_REGISTRY"] != "1" }
    /// The user name of the login.
    public static let username = "trainer"
    /// The password of the login. Its characters are often quoted or encoded wrongly.
    public static let password = "p\"ss $(w)%40'rd:&"
    /// Its hash, made once with `htpasswd -Bin trainer`.
    private static let passwordHash = "$2y$05$hQZr2dlXsTlSTwP9AaaQW.uf7uNoV7ATi1es0hFdgCPX7fhGTEj3q"

    /// A password in the form of ECR's tokens. It begins and ends with characters of the user name.
    public static let tokenPassword = "SWA:eyJwYXlsb2FkIjoi/+stub==AWS:"
    /// Its hash, made once with `htpasswd -Bin AWS`.
    private static let tokenHash = "$2y$05$gW631w0VNNTNLBIQ9eIkduu0GqYq7Gbapk4WuEQ9GDQQw/IxgOKUK"

    /// The TCP port.
    public let port: Int
    /// The PEM file of the authority of its certificate; nil with plain HTTP.
    public let caFile: String?
    private let options: Options
    private let folder: TemporaryDirectory
    private let leash: Pipe
    private let http: HTTPClient

    /// Starts a registry and waits until it responds.
    public init(_ options: Options = Options()) async throws {
        self.options = options
        folder = try TemporaryDirectory()
        guard let port = options.listensOn?.port ?? freePort() else {
            throw CannotStart(description: "there is no free port")
        }
        self.port = port
        var config = """
            version: 0.1
            log: {level: warn, accesslog: {disabled: true}}
            storage:
              filesystem: {rootdirectory: '\(folder.file("store"))'}
              delete: {enabled: true}
            http:
              addr: \(options.listensOn?.address ?? "127.0.0.1"):\(port)
              secret: only-for-tests

            """
        if let name = options.tlsName {
            let certificate = try TestCertificate(for: name, in: folder)
            config += "  tls: {certificate: '\(certificate.certificate)', key: '\(certificate.key)'}\n"
            caFile = certificate.authority
        } else {
            caFile = nil
        }
        if options.login {
            let users = try folder.write(
                "users", (options.likeECR ? "AWS:\(Self.tokenHash)" : "\(Self.username):\(Self.passwordHash)") + "\n")
            config += "auth:\n  htpasswd: {realm: tests, path: '\(users)'}\n"
        }
        let file = try folder.write("config.yml", config)
        http = HTTPClient(configuration: .init(caBundle: caFile, proxy: .direct))
        leash = try Self.spawn(file, log: folder.file("log"))
        let up = await eventually {
            guard let answer = try? await self.http.send(self.request(.get, "/v2/")) else { return false }
            return answer.status == 200
        }
        guard up else {
            let log = (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""
            throw CannotStart(description: "docker-registry does not come up: \(log)")
        }
    }

    deinit {
        try? leash.fileHandleForWriting.close()
    }

    /// `localhost:PORT`, or with TLS the host name of the certificate.
    public var host: String {
        // Without a port if it is 443, as in ECR's host names.
        port == 443 ? options.tlsName ?? "localhost" : "\(options.tlsName ?? "localhost"):\(port)"
    }

    /// The folder of its images, in the layout of its file system driver.
    var store: String { folder.file("store") + "/docker/registry/v2" }

    /// The address overrides with which a client reaches the certificate's name here.
    public var addresses: [HTTPRequest.AddressOverride] {
        options.tlsName.map { [.init(host: $0, port: port, address: options.listensOn?.address ?? "127.0.0.1")] } ?? []
    }

    /// The log of the registry.
    public var log: String { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "" }

    /// A request to it, with the login if one is required.
    func request(_ method: HTTPMethod, _ path: String, body: HTTPBody = .none, type: String? = nil) -> HTTPRequest {
        let url = path.hasPrefix("http") ? path : "\(options.tlsName == nil ? "http" : "https")://\(host)\(path)"
        var request = HTTPRequest(method, url, body: body, timeout: .seconds(600), resolve: addresses)
        if let type { request.headers["Content-Type"] = type }
        if options.login {
            let credentials = Data(
                (options.likeECR ? "AWS:\(Self.tokenPassword)" : "\(Self.username):\(Self.password)").utf8
            ).base64EncodedString()
            request.headers["Authorization"] = "Basic \(credentials)"
        }
        return request
    }

    func send(_ request: HTTPRequest, expecting status: Int) async throws -> HTTPResponse {
        let answer = try await http.send(request)
        guard answer.status == status else {
            throw CannotStart(
                description: "\(request.method.rawValue) \(request.url): \(answer.status) "
                    + String(decoding: answer.body, as: UTF8.self))
        }
        return answer
    }

    /// Starts the program below a shell that kills it when the pipe is closed, so that it cannot outlive the tests,
    /// even if they crash.
    private static func spawn(_ config: String, log: String) throws -> Pipe {
        guard let program = Tool.path("docker-registry") else {
            throw CannotStart(description: "docker-registry is not installed")
        }
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "\"$0\" serve \"$1\" >\"$2\" 2>&1 </dev/null & read _; kill -9 $!", program, config, log,
        ]
        let leash = Pipe()
        process.setStreams(input: leash, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
        try process.run()
        return leash
    }
}
