import Foundation
import LaunchCommands
import LaunchConsole
import LaunchSubprocess
import Testing

@testable import launch

/// The manual page of each command, as groff sets it.
@Suite(
    "Manual pages", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff"), "there is no groff"))
struct ManPageTests {
    private static let paths: [[Command]] = {
        var found: [[Command]] = []
        func add(_ path: [Command]) {
            found.append(path)
            for command in path.last?.subcommands ?? [] where !command.isHidden { add(path + [command]) }
        }
        add([LaunchProgram.make(catalog: catalog, version: "").root])
        return found
    }()

    private func set(_ page: ManPage, _ options: [String]) async throws -> (text: String, complaints: String) {
        let result = try await Subprocess.run(
            "/usr/bin/groff", ["-man", "-ww", "-Kutf8"] + options, environment: .inherited(),
            stdin: .bytes(Array(page.text.utf8)))
        #expect(result.exit.isSuccess, "\(page.name)")
        return (result.stdoutText, result.stderrText)
    }

    @Test func `groff has no complaint about any page`() async throws {
        #expect(Self.paths.count > 50)
        #expect(Set(Self.paths.map { ManPage(path: $0).name }).count == Self.paths.count)
        for path in Self.paths {
            let page = ManPage(path: path)
            #expect(try await set(page, ["-z"]).complaints == "", "\(page.name)")
        }
    }

    @Test func `an example can be copied from the page`() async throws {
        var count = 0
        for path in Self.paths {
            let text = try await set(ManPage(path: path), ["-Tutf8", "-P-c", "-P-b", "-P-u", "-rLL=400n"]).text
            for example in path.last?.examples ?? [] {
                for line in example.line.split(separator: "\n") {
                    count += 1
                    let isThere = text.contains(line.trimmingCharacters(in: .whitespaces))
                    #expect(isThere, "\(path.map(\.name)): \(line)")
                }
            }
        }
        #expect(count > 80)
    }
}
