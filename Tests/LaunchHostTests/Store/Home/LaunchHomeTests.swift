import Foundation
import Testing

import LaunchHost

@Suite struct LaunchHomeTests {
    @Test func `the variables are used in the documented order`() throws {
        let all = ["LAUNCH_HOME": "/a", "XDG_STATE_HOME": "/b", "HOME": "/c"]
        #expect(try LaunchHome(variables: all).path == "/a")
        #expect(try LaunchHome(variables: ["XDG_STATE_HOME": "/b", "HOME": "/c"]).path == "/b/launch")
        #expect(try LaunchHome(variables: ["XDG_STATE_HOME": "b", "HOME": "/c"]).path == "/c/.local/state/launch")
        #expect(try LaunchHome(variables: ["LAUNCH_HOME": "", "HOME": "/c"]).path == "/c/.local/state/launch")
    }

    @Test(arguments: [["LAUNCH_HOME": "relative"], [:], ["HOME": ""]])
    func `variables without an absolute path are rejected`(variables: [String: String]) {
        let error = #expect(throws: LaunchError.self) { _ = try LaunchHome(variables: variables) }
        #expect(error?.kind == .denied)
    }

    @Test func `folders are accessible only to their owner`() throws {
        let sandbox = try Sandbox()
        let home = LaunchHome(path: sandbox.path + "/deep/er/home")
        try home.make()
        try home.make()
        let id = RunID.random()
        let folder = try home.makeFolder(of: id)
        #expect(folder == "\(home.path)/runs/\(id)")
        for path in [home.path, sandbox.path + "/deep", home.bells, home.owners, home.sources, folder] {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o700, "\(path)")
        }
        #expect(home.warnings.isEmpty)
    }

    @Test func `folders that others can access are closed with a warning`() throws {
        let sandbox = try Sandbox()
        let home = sandbox.home
        #expect(try home.make().isEmpty)
        for (path, mode) in [(home.path, 0o777), (home.bells, 0o755), (home.database, 0o644)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        let said = try home.make()
        #expect(said.count == 3)
        #expect(said.first == "'\(home.path)' was open to other users (mode 0777); its mode is now 0700.")
        for (path, mode) in [(home.path, 0o700), (home.bells, 0o700), (home.database, 0o600)] {
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
        }
        #expect(try home.make().isEmpty)
    }

    @Test func `a folder with other content is not closed`() async throws {
        let sandbox = try Sandbox()
        let folder = sandbox.path + "/mine"
        try FileManager.default.createDirectory(atPath: folder + "/photos", withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        let error = try #require(await storeError { try LaunchHome(path: folder).make() })
        #expect(error.code == .denied && error.hint?.contains("chmod 700 '\(folder)'") == true)
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o755)
        // The folder is used once its owner has closed it.
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        try LaunchHome(path: folder).make()
    }

    @Test(arguments: ["/home", "/home/below"])
    func `a file in place of a folder is rejected`(place: String) async throws {
        let sandbox = try Sandbox()
        #expect(FileManager.default.createFile(atPath: sandbox.path + "/home", contents: Data("x".utf8)))
        let error = try #require(await storeError { _ = try Store(home: LaunchHome(path: sandbox.path + place)) })
        #expect(error.code == .denied)
        #expect(error.message.contains(sandbox.path + "/home") && error.message.contains("file"))
    }

    @Test func `an error to create a folder contains the reason`() async throws {
        // No user, not even root, can create folders there.
        let error = try #require(await storeError { try LaunchHome(path: "/proc/launch-test").make() })
        #expect(error.code == .denied)
        #expect(error.message.contains("/proc/launch-test"))
    }
}
