import Foundation
import TestSupport
import Testing

@Suite("Secrets", .needsEngine)
struct SecretTests {
    @Test(.enabled(if: RegistryServer.isWanted))
    func `a registry's password is in no output, record or command line, even with -vv`() async throws {
        let registry = try await RegistryServer(.init(login: true))
        defer { Self.removeImages(of: registry.host) }
        try await World.with { world in
            let password = try world.folder.write("password", RegistryServer.password + "\n")
            let config = try world.folder.write(
                "c.yaml",
                """
                queues: [q]
                registry: {type: local, uri: "\(registry.host)/e2e", username: \(RegistryServer.username), password_file: \(password)}
                builder: {type: docker, destination: "\(registry.host)/e2e/images"}

                """)
            let source = try Source(in: world)
            var said = ""
            for words in [
                ["doctor"], ["plan"] + source.words, ["run"] + source.words, ["submit"] + source.words,
                ["agent", "--drain"], ["list"], ["events"], ["config", "check"],
            ] {
                let answer = try await world.launch(words + ["-c", config, "-vv"])
                #expect(![70, 78].contains(answer.code), "\(words): \(answer)")
                said += answer.output + answer.errors
            }
            let wrong = try world.folder.write("password", "not-the-" + "password\n")
            let denied = try await world.launch(["plan"] + source.words + ["-c", config, "-vv"])
            #expect(denied.code != 0, "\(denied)")
            said += denied.output + denied.errors
            #expect(wrong == password)
            #expect(!said.contains(RegistryServer.password))
            #expect(!said.contains("not-the-password"))
            let encoded = Data("\(RegistryServer.username):\(RegistryServer.password)".utf8).base64EncodedString()
            #expect(!said.contains(encoded))
            #expect(try Self.holding([RegistryServer.password, encoded], in: world.folder.path).isEmpty)
        }
    }

    private static func removeImages(of host: String) {
        let format = "{{.Repository}}:{{.Tag}}"
        let names = try? TestDocker.docker(["images", "--format", format, "\(host)/e2e/images"])
        TestDocker.removeImages(names?.split(separator: "\n").map(String.init) ?? [])
    }

    /// The files below a folder that contain one of the texts.
    private static func holding(_ texts: [String], in folder: String) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { name in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder),
                !isFolder.boolValue,
                let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            else { return false }
            return texts.contains { data.firstRange(of: Data($0.utf8)) != nil }
        }
    }
}
