import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBuilders

/// The choice of the builder `auto`, without an engine, buildah or a registry.
struct AutoBuilderTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func source(_ dockerfile: String?) throws -> BuildSource {
        let context = folder.file("code")
        try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
        if let dockerfile { try Data(dockerfile.utf8).write(to: URL(filePath: "\(context)/Dockerfile")) }
        return BuildSource(
            context: context, digest: String(repeating: "a", count: 64),
            dockerfile: dockerfile == nil ? "" : "Dockerfile",
            project: "p", queue: nil)
    }

    private func make(_ plugin: Plugin<any Builder>, base: Bool = true) throws -> any Builder {
        let variables = [
            "DOCKER_HOST": "unix://\(folder.file("none.sock"))", "PATH": folder.file("bin"), "HOME": folder.path,
        ]
        return try plugin.make(
            Options(base ? ["base_image": .string("localhost:1/base:1")] : [:]),
            PluginContext(variables: variables, state: .init(path: folder.file("state"))))
    }

    @Test func `a source without a Dockerfile, or with one that asks for it, has the key and the choice of append`()
        async throws
    {
        let auto = try make(AutoBuilder.plugin)
        let append = try make(AppendBuilder.plugin)
        let asks = "\r\n# syntax\r\n  #launch:  append \r\nFROM localhost:1/base:1\nCOPY . /app/\n"
        for (text, reason) in [
            (nil, "the source has no Dockerfile"), (asks, "its Dockerfile begins with '# launch: append'"),
        ] as [(String?, String)] {
            let source = try source(text)
            #expect(try await auto.key(for: source, offline: true) == append.key(for: source, offline: true))
            let choice = try await (auto as? any BuilderChoosing)?.choice(for: source)
            #expect(choice == "with append, because \(reason)")
        }
    }

    @Test func `any other source has the key of docker and buildah`() async throws {
        let auto = try make(AutoBuilder.plugin, base: false)
        let docker = try make(DockerBuilder.plugin, base: false)
        let source = try source("FROM scratch\n# launch: append\nCOPY . /app/\n")
        #expect(try await auto.key(for: source, offline: true) == docker.key(for: source, offline: true))
        // Without base_image, a source without a Dockerfile is refused as by both.
        try FileManager.default.removeItem(atPath: "\(source.context)/Dockerfile")
        let plain = try self.source(nil)
        let error = await #expect(throws: BackendError.self) { try await auto.key(for: plain, offline: true) }
        #expect(error?.category == .invalid)
    }

    @Test(arguments: [
        ("# launch: append\nFROM a", true), ("#launch:append", true), ("# escape=`\n\n# launch: append\nFROM a", true),
        ("FROM a\n# launch: append", false), ("# launch: appended\nFROM a", false), ("# launch: docker", false),
        ("", false),
    ])
    func `the comment is above the first instruction`(_ text: String, _ asks: Bool) {
        #expect(AutoBuilder.asksForAppend(text) == asks)
    }
}
