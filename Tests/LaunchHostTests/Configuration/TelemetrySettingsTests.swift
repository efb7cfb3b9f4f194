import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchConfiguration

@Suite("headers of telemetry") struct TelemetrySettingsTests {
    private func settings(_ headers: String, otlp: String = "https://c.example") throws -> TelemetrySettings {
        let text = "telemetry: {otlp: \"\(otlp)\", headers: {\(headers)}}\n"
        return try #require(try LaunchConfig(Fake.document(text), catalog: Fake.catalog).telemetry)
    }

    private func values(
        _ variables: [String: String], headers: String = "", otlp: String = "https://c.example"
    ) throws -> [String: String] {
        try settings(headers, otlp: otlp).values(variables: variables, document: nil).mapValues { $0.reveal() }
    }

    @Test func `values are read from variables and files, and are masked`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("key", "file-value-4711\r\n")
        let found = try values(
            ["TOKEN": "Bearer token-4711"],
            headers: "Authorization: env:TOKEN, X-Key: \"file:\(folder.file("key"))\"")
        #expect(found == ["Authorization": "Bearer token-4711", "X-Key": "file-value-4711"])
        #expect(!SecretMask.shared.mask("a Bearer token-4711 b file-value-4711").contains("4711"))
    }

    @Test func `those of OpenTelemetry's variable are sent too, and the configuration has priority`() throws {
        let variable = "authorization=Basic%20abc%3D, X-Team = ml ,"
        #expect(
            try values(["OTEL_EXPORTER_OTLP_HEADERS": variable])
                == ["authorization": "Basic abc=", "X-Team": "ml"])
        let both = ["OTEL_EXPORTER_OTLP_HEADERS": variable, "TOKEN": "own"]
        #expect(try values(both, headers: "Authorization: env:TOKEN") == ["Authorization": "own", "X-Team": "ml"])
        #expect(try values(both, otlp: "http://127.0.0.1:4318").count == 2)
    }

    @Test(arguments: [
        ("Authorization: hunter2", "https://c.example", "must say where it is, not what it is"),
        ("Authorization: \"env:\"", "https://c.example", "must say where it is"),
        ("\"a b\": env:X", "https://c.example", "cannot be a header"),
        ("content-type: env:X", "https://c.example", "cannot be a header"),
        ("\"X\\nY\": env:X", "https://c.example", "cannot be a header"),
        ("Authorization: env:X", "http://c.example", "would not be encrypted"),
        ("Authorization: env:X", "http://127.0.0.1.example", "would not be encrypted"),
    ])
    func `a wrong header is an error at its place`(headers: String, otlp: String, message: String) throws {
        let error = try #require(throws: LaunchError.self) { try settings(headers, otlp: otlp) }
        #expect(error.diagnostics.count == 1 && error.diagnostics.first?.line == 1, "\(error.diagnostics)")
        #expect(error.diagnostics.first?.message.contains(message) == true, "\(error.diagnostics)")
        #expect(!error.diagnostics.contains { "\($0.message)\($0.hint ?? "")".contains("hunter2") })
    }

    @Test(arguments: [
        ["TOKEN": ""], [:], ["TOKEN": "a\nX-Evil: b"], ["TOKEN": "ä"], ["TOKEN": String(repeating: "x", count: 8_193)],
    ])
    func `a value that cannot be sent is an error without the value`(variables: [String: String]) throws {
        let error = try #require(throws: LaunchError.self) {
            try values(variables, headers: "Authorization: env:TOKEN")
        }
        #expect(error.kind == .configuration && error.message.contains("'Authorization'"))
        #expect(!error.message.contains("Evil"))
    }

    @Test(arguments: ["novalue", "=x", "a b=x", "A=%zz", "A=%4", "A=%0d%0aX:b", "A="])
    func `an item of the variable that is not a header is an error without the value`(text: String) throws {
        let error = try #require(throws: LaunchError.self) {
            try values(["OTEL_EXPORTER_OTLP_HEADERS": "B=secret4711,\(text)"])
        }
        #expect(error.message == "Item 2 of the variable OTEL_EXPORTER_OTLP_HEADERS is not NAME=VALUE.")
    }

    @Test func `the variable's headers are not sent unencrypted to another machine`() throws {
        let error = try #require(throws: LaunchError.self) {
            try values(["OTEL_EXPORTER_OTLP_HEADERS": "A=secret4711"], otlp: "http://c.example:4318")
        }
        #expect(error.kind == .configuration && !"\(error)".contains("secret4711"))
        #expect(try values([:], otlp: "http://c.example:4318") == [:])
    }
}
