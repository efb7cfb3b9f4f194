import LaunchPostgreSQL
import TestSupport
import Testing

/// Servers that do not keep the protocol. They need no PostgreSQL.
@Suite struct HostileServerTests {
    /// A message of the protocol.
    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        [type.asciiValue ?? 0] + number(UInt32(body.count + 4)) + body
    }

    private static func number(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// The login without a password, and the answer to a script.
    private static let login = message("R", number(0)) + message("K", number(1) + number(2)) + ready
    private static let ready = message("Z", Array("I".utf8))
    private static let done = message("C", Array("SET\0".utf8)) + ready

    private func connect(
        to server: RawServer, _ limits: PQLimits = PQLimits(connect: .seconds(2), reply: .seconds(2)),
        password: String = "hunter2-hunter2"
    ) throws -> PQConnection {
        try PQConnection(
            parameters: [
                "host": "127.0.0.1", "port": "\(server.port)", "sslmode": "disable", "user": "u", "dbname": "d",
                "password": password,
            ], limits: limits, statements: .prepared)
    }

    @Test func `a server that says nothing ends in an error after the limit`() throws {
        let server = try RawServer { $0.stayEmpty() }
        let error = failure { _ = try connect(to: server, PQLimits(connect: .milliseconds(300))) }
        #expect(error?.kind == .timedOut)
        let tls = failure {
            _ = try PQConnection(
                parameters: ["host": "127.0.0.1", "port": "\(server.port)", "sslmode": "require", "user": "u"],
                limits: PQLimits(connect: .milliseconds(300)))
        }
        #expect(tls?.kind == .timedOut)
    }

    @Test func `a server that falls silent after the login ends in an error after the limit`() throws {
        let server = try RawServer { peer in
            _ = peer.receive()
            peer.send(Self.login)
            _ = peer.receive()
            peer.send(Self.done)
            peer.stayEmpty()
        }
        let connection = try connect(to: server, PQLimits(reply: .milliseconds(300)))
        let error = failure { try connection.run("SELECT 1") }
        #expect(error?.kind == .timedOut)
        #expect(error?.outcomeUnknown == true)
        #expect(!connection.isUsable)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{16}\u{3}\u{1}", "E", "R\0\0\0\u{4}",
        "\0\0\0\0\0\0",
        "Rxxxxxxxxxxxxxxxx",
    ])
    func `a server of another protocol is unexpected or unreachable`(answer: String) throws {
        let server = try RawServer { peer in
            _ = peer.receive()
            peer.send(answer.utf8)
        }
        let error = failure { _ = try connect(to: server) }
        #expect([.unexpected, .unreachable].contains(error?.kind), "\(error?.description ?? "-")")
    }

    @Test func `a password that the server sends back is not in the error`() throws {
        let server = try RawServer { peer in
            _ = peer.receive()
            peer.send(Self.message("R", Self.number(3)))
            let password = peer.receive().dropFirst(5).dropLast()
            peer.send(
                Self.message("E", Array("SFATAL\0VFATAL\0C28P01\0M".utf8) + password + Array(" is wrong\0\0".utf8)))
        }
        let error = failure { _ = try connect(to: server) }
        #expect(error?.kind == .wrongPassword)
        #expect(error?.message.hasSuffix("*** is wrong") == true)
    }

    @Test func `a row of a gigabyte ends with an error before it is complete`() throws {
        let server = try RawServer { peer in
            _ = peer.receive()
            peer.send(Self.login)
            _ = peer.receive()
            peer.send(Self.done)
            _ = peer.receive()
            peer.send(Self.message("1", []) + Self.message("Z", Array("I".utf8)))
            _ = peer.receive()
            let column = Array("a\0".utf8) + [UInt8](repeating: 0, count: 18)
            peer.send(Self.message("2", []) + Self.message("T", [0, 1] + column))
            peer.send(Array("D".utf8) + Self.number(1 << 30) + [0, 1] + Self.number((1 << 30) - 10))
            let part = [UInt8](repeating: 0x61, count: 1 << 20)
            while peer.send(part) {}
        }
        let connection = try connect(to: server, PQLimits(reply: .seconds(30), bytes: 8 << 20))
        #expect(failure { try connection.run("SELECT a") }?.kind == .tooLarge)
    }

    @Test func `random answers end in an error or a result, never in a crash or a hang`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<150 {
            // Messages with known types and any content, which libpq must parse.
            var noise: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let type = "RKZTDCEINSAt123nsGHWcdV".randomElement(using: &random) ?? "D"
                let body = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    Bool.random(using: &random) ? UInt8(0) : UInt8.random(in: 0...255, using: &random)
                }
                noise += Self.message(type, body)
            }
            let early = Bool.random(using: &random)
            let sent = noise
            let server = try RawServer { peer in
                _ = peer.receive()
                if early {
                    peer.send(sent)
                    return
                }
                peer.send(Self.login)
                _ = peer.receive()
                peer.send(Self.done)
                _ = peer.receive()
                peer.send(sent)
            }
            let began = ContinuousClock.now
            _ = failure {
                let connection = try connect(to: server)
                _ = try connection.rows("SELECT a") { row throws(PQError) in
                    [row.optionalText("a"), row.optionalBytes("a").map { "\($0)" }, row.optionalText("")]
                }
                _ = try connection.notified()
            }
            #expect(ContinuousClock.now - began < .seconds(8))
        }
    }

    @Test func `only a connection URL is read as one`() {
        let keywords = PQConnection.keywords(ofURL: "postgresql://me@db.example:6432/launch?sslmode=require")
        #expect(
            keywords == [
                "user": "me", "host": "db.example", "port": "6432", "dbname": "launch", "sslmode": "require",
            ])
        #expect(PQConnection.keywords(ofURL: "host=db.example password=x") == nil)
        #expect(PQConnection.keywords(ofURL: "postgresql://a:b:c@d/e?no_such_keyword=1") == nil)
        #expect(PQConnection.keywords(ofURL: "https://db.example") == nil)
        #expect(PQConnection.keywords(ofURL: "") == nil)
    }
}
