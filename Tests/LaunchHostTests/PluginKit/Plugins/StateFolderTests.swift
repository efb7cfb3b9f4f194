import Foundation
import LaunchPluginKit
import TestSupport
import Testing

@Suite struct StateFolderTests {
    private let folder: TemporaryDirectory
    private var home: String { folder.file("deep/home") }

    init() throws { folder = try TemporaryDirectory() }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `each role and type has a folder of its own below LAUNCH_HOME`() throws {
        let variables = ["LAUNCH_HOME": home]
        let state = PluginContext.StateFolder(.runner, "our-batch", variables: variables)
        #expect(try state.path == "\(home)/plugins/runner/our-batch")
        #expect(
            try PluginContext.StateFolder(.registry, "our-batch", variables: variables).path
                == "\(home)/plugins/registry/our-batch")
        #expect(!FileManager.default.fileExists(atPath: home))
    }

    @Test func `it is made for this user only, and closed if it was open`() throws {
        let state = PluginContext.StateFolder(.runner, "our-batch", variables: ["LAUNCH_HOME": home])
        let path = try state.make()
        #expect(try path == state.path)
        var parent = path
        while parent != folder.path {
            #expect(try mode(parent) == 0o700, "\(parent)")
            parent = URL(filePath: parent).deletingLastPathComponent().path
        }
        #expect(chmod(path, 0o777) == 0)
        #expect(try state.make() == path)
        #expect(try mode(path) == 0o700)
    }

    @Test func `a file in its place is an error with the path`() throws {
        try folder.write("home/plugins", "")
        let state = PluginContext.StateFolder(.runner, "our-batch", variables: ["LAUNCH_HOME": folder.file("home")])
        let error = #expect(throws: BackendError.self) { try state.make() }
        #expect(error?.category == .configuration)
        #expect(error?.message.contains("plugins/runner") == true, "\(error?.description ?? "")")
    }

    @Test func `two folders of one home have one identity, and another home has another`() throws {
        let runner = PluginContext.StateFolder(.runner, "our-batch", variables: ["LAUNCH_HOME": home])
        #expect(try runner.identity() == nil)
        _ = try runner.make()
        let identity = try #require(try runner.identity())
        let registry = PluginContext.StateFolder(.registry, "ours", variables: ["LAUNCH_HOME": home])
        #expect(try registry.identity() == identity)
        #expect(try runner.inHome("slurm").identity() == identity)
        #expect(try PluginContext.StateFolder(path: folder.path).identity() != identity)
    }

    @Test func `a folder given by its path has only what the plugin writes`() throws {
        let state = PluginContext.StateFolder(path: folder.file("state"))
        _ = try state.make()
        let identity = try #require(try state.identity())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("state")).isEmpty)
        #expect(try PluginContext.StateFolder(path: folder.file("state")).identity() == identity)
        #expect(try state.inHome("other").identity() == identity)
        #expect(try PluginContext.StateFolder(path: folder.file("second")).identity() == nil)
    }

    @Test func `without a folder, each use says what is missing`() {
        let unset = PluginContext.StateFolder(.runner, "our-batch", variables: [:])
        let error = #expect(throws: BackendError.self) { try unset.path }
        #expect(error?.category == .configuration)
        #expect(error?.description.contains("LAUNCH_HOME") == true)
        let none = #expect(throws: BackendError.self) { try PluginContext().state.make() }
        #expect(none?.hint?.contains("PluginContext(state:") == true)
    }
}
