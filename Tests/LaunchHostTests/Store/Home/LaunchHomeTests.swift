import Foundation
import Testing

@testable import LaunchHost

@Suite struct LaunchHomeTests {
    @Test func followsTheVariablesInOrder() throws {
        let all = ["LAUNCH_HOME": "/a", "XDG_STATE_HOME": "/b", "HOME": "/c"]
        #expect(try LaunchHome(variables: all).path == "/a")
        #expect(try LaunchHome(variables: ["XDG_STATE_HOME": "/b", "HOME": "/c"]).path == "/b/launch")
        #expect(try LaunchHome(variables: ["XDG_STATE_HOME": "b", "HOME": "/c"]).path == "/c/.local/state/launch")
        #expect(try LaunchHome(variables: ["LAUNCH_HOME": "", "HOME": "/c"]).path == "/c/.local/state/launch")
    }

    @Test(arguments: [["LAUNCH_HOME": "relative"], [:], ["HOME": ""]])
    func refusesVariablesThatNameNoPlace(variables: [String: String]) {
        #expect(storeError { _ = try LaunchHome(variables: variables) }?.code == .denied)
    }

    @Test func makesFoldersForTheirOwnerAlone() throws {
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

    @Test func warnsOfAFolderThatOthersMayWriteTo() throws {
        let sandbox = try Sandbox()
        try sandbox.home.make()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: sandbox.home.path)
        #expect(sandbox.home.warnings.count == 1)
    }

    @Test(arguments: ["/home", "/home/below"])
    func refusesAFileInThePlaceOfAFolder(place: String) throws {
        let sandbox = try Sandbox()
        #expect(FileManager.default.createFile(atPath: sandbox.path + "/home", contents: Data("x".utf8)))
        let error = try #require(storeError { _ = try Store(home: LaunchHome(path: sandbox.path + place)) })
        #expect(error.code == .denied)
        #expect(error.message.contains(sandbox.path + "/home") && error.message.contains("file"))
    }

    @Test func saysWhyAFolderCannotBeMade() throws {
        // Nobody, not even root, makes folders there.
        let error = try #require(storeError { try LaunchHome(path: "/proc/launch-test").make() })
        #expect(error.code == .denied)
        #expect(error.message.contains("/proc/launch-test"))
    }
}
