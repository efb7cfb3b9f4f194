import Foundation
import TestSupport
import Testing

@testable import LaunchOCIRegistry

/// One way in which a registry tries to make the client send its login to another server.
struct LoginAttempt: Sendable, CustomTestStringConvertible {
    /// The ports of the registry, and of the server that wants the login.
    struct Ports: Sendable {
        var own: Int
        var other: Int
    }

    typealias Answering = @Sendable (TestRequest, Ports) -> TestAnswer

    var name: String
    /// The registry's responses.
    var registry: Answering
    /// The other server's responses.
    var other: Answering
    /// The expected error, and a part of its message.
    var code: OCIError.Code
    var words: @Sendable (Ports) -> String

    var testDescription: String { name }

    init(
        _ name: String, _ code: OCIError.Code, _ words: @escaping @Sendable (Ports) -> String,
        other: @escaping Answering = { _, _ in .text(#"{"token":"stolen"}"#) }, registry: @escaping Answering
    ) {
        self.name = name
        self.code = code
        self.words = words
        self.other = other
        self.registry = registry
    }

    /// An attempt with the realm of a bearer challenge.
    static func realm(
        _ name: String, _ code: OCIError.Code, _ words: @escaping @Sendable (Ports) -> String,
        _ realm: @escaping @Sendable (Ports) -> String
    ) -> LoginAttempt {
        LoginAttempt(name, code, words) { _, ports in
            .text("", status: 401, headers: [("WWW-Authenticate", "Bearer realm=\"\(realm(ports))\",service=\"s\"")])
        }
    }

    static let all = realms + redirects + answers

    private static func elsewhere(_ port: Int) -> String {
        "asks for its login to be sent to the token service http://localhost:\(port), which is another server. "
            + "The login was not sent."
    }

    private static let realms = [
        realm("another port of the host", .untrusted, { elsewhere($0.other) }) { "http://localhost:\($0.other)/token" },
        realm(
            "another name of the host", .untrusted,
            { "token service http://127.0.0.1:\($0.own), which is another server" }
        ) { "http://127.0.0.1:\($0.own)/token" },
        realm("escapes in the quotes", .untrusted, { elsewhere($0.other) }) {
            "http:\\/\\/localhost:\($0.other)\\/token"
        },
        realm("the registry's name as a path", .untrusted, { elsewhere($0.other) }) {
            "http://localhost:\($0.other)/localhost:\($0.own)/token"
        },
        realm("the registry's name as a fragment", .untrusted, { elsewhere($0.other) }) {
            "http://localhost:\($0.other)#@localhost:\($0.own)/token"
        },
        realm("the registry's name as a user", .notARegistry, { _ in "not an http or https URL with a host" }) {
            "http://localhost:\($0.own)@localhost:\($0.other)/token"
        },
        realm("the registry's name as the beginning of a name", .untrusted, { _ in "which is another server" }) {
            "http://localhost.evil.example:\($0.own)/token"
        },
        realm("TLS on the registry's own port", .untrusted, { "https://localhost:\($0.own), which is another server" })
        {
            "https://localhost:\($0.own)/token"
        },
        realm("a file", .notARegistry, { _ in "not an http or https URL with a host" }) { _ in "file:///etc/hostname" },
        realm("another protocol", .notARegistry, { _ in "not an http or https URL with a host" }) {
            "gopher://localhost:\($0.other)/_token"
        },
        realm("no address", .notARegistry, { _ in "not an http or https URL with a host" }) { _ in "" },
        LoginAttempt("a challenge that is Basic and Bearer", .untrusted, { elsewhere($0.other) }) { _, ports in
            .text(
                "", status: 401,
                headers: [
                    ("WWW-Authenticate", "Basic realm=\"r\", Bearer realm=\"http://localhost:\(ports.other)/token\"")
                ])
        },
        LoginAttempt("a second header with the challenge", .untrusted, { elsewhere($0.other) }) { _, ports in
            .text(
                "", status: 401,
                headers: [
                    ("WWW-Authenticate", "Negotiate"),
                    ("www-authenticate", "BEARER REALM=http://localhost:\(ports.other)/token"),
                ])
        },
        LoginAttempt("a challenge without a realm", .notARegistry, { _ in "names no token service" }) {
            _, _ in .text("", status: 401, headers: [("WWW-Authenticate", "Bearer service=\"s\"")])
        },
        LoginAttempt("a header without an end", .unreachable, { _ in "does not respond" }) { _, _ in
            .text("", status: 401, headers: [("WWW-Authenticate", String(repeating: "Bearer ", count: 100_000))])
        },
    ]

    private static let redirects = [
        LoginAttempt(
            "a redirect after the login", .unauthorised, { _ in "requires a login, or another one" },
            other: { _, _ in .text("", status: 401, headers: [("WWW-Authenticate", "Basic realm=\"r\"")]) },
            registry: { request, ports in
                guard request.header("Authorization") != nil else {
                    return .text("", status: 401, headers: [("WWW-Authenticate", "Basic realm=\"r\"")])
                }
                return .text("", status: 307, headers: [("Location", "http://localhost:\(ports.other)/v2/")])
            }),
        LoginAttempt(
            "a redirect to a server that asks for a token", .untrusted, { elsewhere($0.other) },
            other: { _, ports in
                .text(
                    "", status: 401,
                    headers: [("WWW-Authenticate", "Bearer realm=\"http://localhost:\(ports.other)/token\"")])
            },
            registry: { _, ports in
                .text("", status: 302, headers: [("Location", "http://localhost:\(ports.other)/v2/")])
            }),
        LoginAttempt("a redirect of the token service", .notARegistry, { _ in "responded with status 307" }) {
            request, ports in
            guard request.target.hasPrefix("/token") else {
                return .text(
                    "", status: 401,
                    headers: [("WWW-Authenticate", "Bearer realm=\"http://localhost:\(ports.own)/token\"")]
                )
            }
            return .text("", status: 307, headers: [("Location", "http://localhost:\(ports.other)/token")])
        },
        LoginAttempt("a redirect to a file", .notARegistry, { _ in "does not speak HTTP" }) { _, _ in
            .text("", status: 302, headers: [("Location", "file:///etc/hostname")])
        },
        LoginAttempt("redirects without an end", .notARegistry, { _ in "does not speak HTTP" }) { request, ports in
            .text("", status: 302, headers: [("Location", "http://localhost:\(ports.own)\(request.target)x")])
        },
    ]

    private static let answers = [
        LoginAttempt("a token with a line break", .notARegistry, { _ in "responded without a token" }) {
            request, ports in
            guard request.target.hasPrefix("/token") else {
                return .text(
                    "", status: 401,
                    headers: [("WWW-Authenticate", "Bearer realm=\"http://localhost:\(ports.own)/token\"")]
                )
            }
            return .text(#"{"token":"a\r\nHost: evil"}"#)
        },
        LoginAttempt("a token that is never good", .unauthorised, { _ in "requires a login, or another one" }) {
            request, ports in
            guard request.target.hasPrefix("/token") else {
                return .text(
                    "", status: 401,
                    headers: [("WWW-Authenticate", "Bearer realm=\"http://localhost:\(ports.own)/token\"")]
                )
            }
            return .text(#"{"token":"t","expires_in":1e308}"#)
        },
    ]
}
