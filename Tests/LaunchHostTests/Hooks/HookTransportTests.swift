import Foundation
import LaunchCrypto
import Synchronization
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchStore

@Suite("messages of hooks") struct HookTransportTests {
    private let time = Timestamp(milliseconds: 1_700_000_000_500)

    private func hook(
        _ target: HookSettings.Target, secret: String? = nil, _ format: HookSettings.Format = .json,
        variables: [String: String] = [:]
    ) throws -> HookTransport.Hook {
        try HookTransport.Hook(
            HookSettings(
                name: "h", triggers: [.end(.failed)], target: target, secret: secret.flatMap { SecretReference($0) },
                format: format),
            variables: variables, document: nil)
    }

    private var message: HookMessage {
        var message = HookMessage(example: "h", at: time)
        message.text = "A <b> & c"
        message.log = ["one", "two"]
        return message
    }

    @Test func `a request is signed over its time and its body`() async throws {
        let requests = Mutex<[TestRequest]>([])
        let server = try TestServer { request in
            requests.withLock { $0.append(request) }
            return TestAnswer(204)
        }
        let key = "0123456789abcdef0123456789abcdef"
        let hook = try hook(.url(Secret(unmasked: server.url + "/x")), secret: "env:KEY", variables: ["KEY": key])
        #expect(await HookTransport().send(message, to: hook, at: time) == .accepted)
        let request = try #require(requests.withLock { $0.first })
        #expect(request.method == "POST" && request.target == "/x")
        #expect(request.header("Launch-Timestamp") == "1700000000")
        #expect(request.header("Launch-Delivery") == "h:test:1700000000500")
        let expected = HMACSHA256.authenticate(Array("1700000000.".utf8) + request.body, key: Array(key.utf8))
        #expect(request.header("Launch-Signature") == "sha256=\(Hex.encode(expected))")
        #expect(try JSON.decode(HookMessage.self, from: Data(request.body)).event == "test")
        #expect(!request.text.contains(key) && !request.headers.contains { $0.value.contains(key) })
    }

    @Test func `a refusal, a redirect and a closed port are failures`() async throws {
        let other = try TestServer { _ in TestAnswer(200) }
        let server = try TestServer { request in
            request.target == "/redirect"
                ? TestAnswer(302, headers: [("Location", other.url)]) : TestAnswer(503)
        }
        let transport = HookTransport()
        let refused = await transport.send(message, to: try hook(.url(Secret(unmasked: server.url + "/a"))), at: time)
        #expect(refused == .failed("The server has answered with status 503."))
        let redirect = try hook(.url(Secret(unmasked: server.url + "/redirect")))
        #expect(
            await transport.send(message, to: redirect, at: time)
                == .failed("The server has answered with status 302, and redirects are not followed."))
        #expect(other.requestCount == 0)
        let closed = try hook(.url(Secret(unmasked: "http://127.0.0.1:1/x")))
        guard case .failed = await transport.send(message, to: closed, at: time) else {
            Issue.record("a closed port accepts")
            return
        }
    }

    /// Otherwise an accepted message would be sent again for most of a day.
    @Test func `the status is the answer, whatever body follows`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { request in
            switch request.target {
            case "/long": TestAnswer(200, [.zeros(8 << 20)])
            case "/slow": TestAnswer(200, framing: .chunked, [.drip(milliseconds: 50)])
            case "/stuck": TestAnswer(200, framing: .chunked, [.wait(gate)])
            case "/cut": TestAnswer(200, framing: .announced(100), [.text("x"), .reset])
            default: TestAnswer(500, [.zeros(8 << 20)])
            }
        }
        for path in ["/long", "/slow", "/stuck", "/cut"] {
            let hook = try hook(.url(Secret(unmasked: server.url + path)))
            #expect(await HookTransport().send(message, to: hook, at: time) == .accepted, "\(path)")
        }
        let refusing = try hook(.url(Secret(unmasked: server.url + "/no")))
        #expect(
            await HookTransport().send(message, to: refusing, at: time)
                == .failed("The server has answered with status 500."))
    }

    @Test func `a hook of a queue needs hook_urls and a public address`() async throws {
        func send(_ url: String, allowing: [String]) async -> HookSchedule.Result {
            var settings = HookSettings(
                name: "queue/q/h", triggers: [.end(.failed)], target: .url(Secret(unmasked: url)), queues: ["q"])
            settings.isOfQueue = true
            return await HookTransport(allowing: allowing).send(
                message, to: HookTransport.Hook(ofQueue: settings), at: time)
        }
        #expect(
            await send("https://hooks.example/x", allowing: ["https://other.example/**"])
                == .failed("'hook_urls' of the agent's launch-config.yaml does not allow the address."))
        #expect(
            await send("https://127.0.0.1/x", allowing: ["https://127.0.0.1/**"])
                == .failed(
                    "The host '127.0.0.1' has the address 127.0.0.1, which is not public. A hook of a queue cannot use it."
                ))
    }

    @Test func `a program gets the message on its input, and none of the agent's secrets`() async throws {
        let folder = try TemporaryDirectory()
        setenv("LAUNCH_TEST_HOOK_SECRET", "hidden", 1)
        defer { unsetenv("LAUNCH_TEST_HOOK_SECRET") }
        let script =
            "cat >'\(folder.file("in"))'; env >'\(folder.file("env"))'; printf '%s' \"$0 $*\" >'\(folder.file("args"))'"
        let hook = try hook(.program(["/bin/sh", "-c", script, "a b", "c"]), .ntfy)
        #expect(await HookTransport().send(message, to: hook, at: time) == .accepted)
        func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }
        #expect(try text("in") == "A <b> & c\n```\none\ntwo\n```" && text("args") == "a b c")
        #expect(try text("env").contains("LAUNCH_DELIVERY=h:test:1700000000500") && !text("env").contains("hidden"))
        let failing = try self.hook(.program(["/bin/sh", "-c", "echo no >&2; exit 3"]))
        #expect(
            await HookTransport().send(message, to: failing, at: time)
                == .failed("The program '/bin/sh' has ended with exit code 3: no\\n"))
        guard case .failed = await HookTransport().send(message, to: try self.hook(.program(["/no/such"])), at: time)
        else {
            Issue.record("an absent program accepts")
            return
        }
    }

    @Test func `each format is what its program reads`() throws {
        func text(_ format: HookSettings.Format) throws -> String {
            String(decoding: try message.body(as: format).bytes, as: UTF8.self)
        }
        #expect(try text(.slack) == "{\"text\":\"A &lt;b&gt; &amp; c\\n```\\none\\ntwo\\n```\"}")
        let card = try JSONValue(parsing: text(.teams))["attachments"]?.arrayValue?.first?["content"]
        #expect(card?["body"]?.arrayValue?.map { $0["text"]?.stringValue } == ["A <b> & c", "one\n\ntwo"])
        #expect(try JSONValue(parsing: text(.json))["version"] == .integer(1))
    }

    @Test func `a secret at the end of a long line is masked as a whole`() {
        let secret = Secret("hook-secret-4711-0815")
        let line = String(repeating: "x", count: HookMessage.longestLine - 10) + secret.reveal() + "\u{1B}[31m"
        let cleaned = HookMessage.clean(line, HookMessage.longestLine)
        #expect(cleaned.count <= HookMessage.longestLine && !cleaned.contains("hook-s"), "\(cleaned.suffix(20))")
        #expect(
            !HookMessage.clean("a\u{1B}[31m\u{202E}b", 99).unicodeScalars.contains {
                $0.value < 32 || $0.value == 0x202E
            })
    }

    /// Log lines, names and causes are of users, so a message may be of any size.
    @Test func `a message of any size stays below the limit of its program`() throws {
        var message = message
        message.text = String(repeating: "<\u{1F600}", count: 6_000)
        message.log = (1...20).map { String(repeating: "&", count: 480) + " end \($0)" }
        func body(_ format: HookSettings.Format, _ message: HookMessage) throws -> [UInt8] {
            try message.body(as: format).bytes
        }
        for (format, limit) in [(HookSettings.Format.ntfy, 4_096), (.teams, 12_000)] {
            #expect(try body(format, message).count <= limit)
        }
        let slack = try JSONValue(parsing: String(decoding: body(.slack, message), as: UTF8.self))
        #expect(try #require(slack["text"]?.stringValue).utf16.count <= 4_000)
        // What fits is complete, and the last lines of a log are more important than its first.
        message.text = "The run x has failed."
        let ntfy = String(decoding: try body(.ntfy, message), as: UTF8.self)
        #expect(ntfy.hasPrefix("The run x has failed.\n```\n&") && ntfy.hasSuffix(" end 20\n```"))
        #expect(!ntfy.contains(" end 1\n") && ntfy.utf8.count > 3_500)
        message.log = ["``` <!channel>"]
        #expect(
            String(decoding: try body(.slack, message), as: UTF8.self)
                == #"{"text":"The run x has failed.\n```\n''' &lt;!channel&gt;\n```"}"#)
    }

    @Test(arguments: ["env:NONE", "env:SHORT", "file:/no/such/file"])
    func `a key that cannot be read is an error of the configuration`(place: String) throws {
        let error = try #require(throws: LaunchError.self) {
            try hook(.url(Secret(unmasked: "https://a/b")), secret: place, variables: ["SHORT": "abc"])
        }
        #expect(error.kind == .configuration && !error.description.contains("abc"))
    }
}
