import Foundation
public import HTTP

/// A real image registry on loopback, in a folder of its own, for as long as the value is held.
public final class RegistryServer: Sendable {
    /// What a registry may ask of its callers.
    public struct Options: Sendable {
        /// Whether it wants `RegistryServer.username` and `.password`.
        public var login: Bool
        /// Whether that user is `AWS`, with `RegistryServer.tokenPassword`, as in ECR.
        public var likeECR: Bool
        /// The host name that its certificate is for; nil is plain HTTP.
        public var tlsName: String?
        /// The address and port that it listens on; nil is a free port of 127.0.0.1.
        public var listensOn: (address: String, port: Int)?

        /// Options from their parts.
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

    /// The program is missing, or it does not come up.
    public struct CannotStart: Error, CustomStringConvertible {
        /// Why, with its log.
        public let description: String
    }

    /// Whether tests may use a registry (Debian: `docker-registry`): not with `LAUNCH_TEST_NO_REGISTRY=1`.
    public static var isWanted: Bool { ProcessInfo.processInfo.environment["LAUNCH_TEST_NO_REGISTRY"] != "1" }
    /// Who may log in where a login is wanted.
    public static let username = "trainer"
    /// That user's password. The characters are ones that quoting and encoding get wrong.
    public static let password = "p\"ss $(w)%40'rd:&"
    /// Its hash, made once with `htpasswd -Bin trainer`.
    private static let passwordHash = "$2y$05$hQZr2dlXsTlSTwP9AaaQW.uf7uNoV7ATi1es0hFdgCPX7fhGTEj3q"

    /// What a login to ECR looks like: with the characters of its user's name at both ends.
    public static let tokenPassword = "SWA:eyJwYXlsb2FkIjoi/+stub==AWS:"
    /// Its hash, made once with `htpasswd -Bin AWS`.
    private static let tokenHash = "$2y$05$gW631w0VNNTNLBIQ9eIkduu0GqYq7Gbapk4WuEQ9GDQQw/IxgOKUK"

    /// The TCP port.
    public let port: Int
    /// The PEM file of the authority that signed its certificate; nil over plain HTTP.
    public let caFile: String?
    private let options: Options
    private let folder: TemporaryDirectory
    private let leash: Pipe
    private let http: HTTPClient

    /// Starts one and waits until it answers.
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

    /// `localhost:PORT`, or with TLS the name that the certificate is for.
    public var host: String {
        // A name without a port, as ECR's, where it is https's own.
        port == 443 ? options.tlsName ?? "localhost" : "\(options.tlsName ?? "localhost"):\(port)"
    }

    /// The folder of its images, in the layout of its file system driver.
    var store: String { folder.file("store") + "/docker/registry/v2" }

    /// How a client finds the certificate's name here.
    public var addresses: [HTTPRequest.AddressOverride] {
        options.tlsName.map { [.init(host: $0, port: port, address: options.listensOn?.address ?? "127.0.0.1")] } ?? []
    }

    /// All that the registry has logged.
    public var log: String { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "" }

    /// A request to it, with the login where one is wanted.
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

    /// Starts the program behind a shell that ends it as soon as the pipe is closed, so that it cannot outlive the tests,
    /// however they end.
    private static func spawn(_ config: String, log: String) throws -> Pipe {
        guard let program = Tool.path("docker-registry") else {
            throw CannotStart(description: "docker-registry is not installed")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "\"$0\" serve \"$1\" >\"$2\" 2>&1 </dev/null & read _; kill -9 $!", program, config, log,
        ]
        let leash = Pipe()
        process.standardInput = leash
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return leash
    }
}
