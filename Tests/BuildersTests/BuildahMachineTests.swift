import Foundation
import LaunchHost
import LaunchLocalDocker
import TestSupport
import Testing

@testable import LaunchBuilders

/// What the builder says about a machine where buildah cannot build, with a program that answers as buildah does there.
struct BuildahMachineTests {
    /// A `buildah` that is a shell script, with the given answers.
    private struct Fake {
        let folder: TemporaryDirectory

        init(
            version: String = "buildah version 1.28.2 (image-spec 1.1.0)", unshare: String = "true",
            info: String = "true"
        )
            throws
        {
            folder = try TemporaryDirectory()
            try program(
                "buildah",
                """
                case " $* " in
                *" --version "*) echo '\(version)' ;;
                *" unshare "*) \(unshare) ;;
                *" info "*) \(info) ;;
                *) exit 9 ;;
                esac
                """)
            for name in ["newuidmap", "newgidmap"] { try program(name, "exit 0") }
        }

        func program(_ name: String, _ script: String) throws {
            let path = try folder.write("bin/\(name)", "#!/bin/sh\n\(script)\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }

        func machine(_ options: [String: JSONValue] = [:], isRoot: Bool = false) throws -> BuildahMachine {
            try BuildahMachine(
                Options(options),
                PluginContext(variables: ["PATH": folder.file("bin")], state: .init(path: folder.file("state"))),
                isRoot: isRoot)
        }

        func error(_ options: [String: JSONValue] = [:], isRoot: Bool = false) async throws -> BackendError? {
            do {
                _ = try await machine(options, isRoot: isRoot).setup()
                return nil
            } catch let error as BackendError {
                return error
            }
        }
    }

    private static let maps = "printf '0 1000 1\\n1 100000 65536\\n0 1000 1\\n1 100000 65536\\n'"

    @Test func `a machine with everything is described with version and driver`() async throws {
        let fake = try Fake(unshare: Self.maps)
        let setup = try await fake.machine().setup()
        #expect("\(setup)" == "buildah 1.28 (storage overlay, isolation chroot)")
        #expect(setup.folder == fake.folder.file("state/plugins/builder/buildah"))
    }

    @Test func `the first storage driver that works is chosen, and a configured one that does not is an error`()
        async throws
    {
        let fake = try Fake(
            unshare: Self.maps,
            info: "case \" $* \" in *\" overlay \"*) echo 'overlay is not supported' >&2; exit 125;; esac")
        #expect(try await fake.machine().setup().driver == .vfs)
        let error = try await fake.error(["storage_driver": .string("overlay")])
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("overlay: overlay is not supported") == true, "\(error as Any)")
        try fake.program("fuse-overlayfs", "exit 0")
        // The driver overlay with a program of its own: the same refusal here.
        #expect(try await fake.machine().setup().driver == .vfs)
    }

    @Test func `a missing buildah is an error with the package`() async throws {
        let fake = try Fake()
        try FileManager.default.removeItem(atPath: fake.folder.file("bin/buildah"))
        let error = try await fake.error()
        #expect(error?.category == .unavailable)
        #expect(error?.message == "The program buildah is not on the PATH, and the builder is 'buildah'.")
        #expect(error?.hint?.contains("apt-get install buildah uidmap") == true)
    }

    @Test(arguments: [
        ("buildah version 1.19.6 (image-spec 1.0.1-dev)", "is buildah 1.19; expected 1.28 or newer."),
        ("Usage: other", "does not tell its version"),
    ])
    func `a version that is too old or unknown is an error`(version: String, words: String) async throws {
        let error = try await Fake(version: version).error(isRoot: true)
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains(words) == true, "\(error as Any)")
    }

    @Test func `a user without user namespaces gets the words of the system and the settings to change`() async throws {
        let error = try await Fake(
            unshare: "echo 'Error during unshare(CLONE_NEWUSER): Operation not permitted' >&2; exit 1"
        )
        .error()
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("Error during unshare(CLONE_NEWUSER): Operation not permitted") == true)
        #expect(error?.hint?.contains("user.max_user_namespaces") == true)
    }

    @Test func `a user without subordinate IDs gets the command that adds them`() async throws {
        let error = try await Fake(unshare: "printf '0 1000 1\\n0 1000 1\\n'").error()
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("no range of subordinate user and group IDs") == true)
        #expect(error?.hint?.contains("usermod --add-subuids") == true)
    }

    @Test func `a missing newuidmap is an error with its package, except for root`() async throws {
        let fake = try Fake(unshare: Self.maps)
        try FileManager.default.removeItem(atPath: fake.folder.file("bin/newuidmap"))
        let error = try await fake.error()
        #expect(error?.message.contains("newuidmap") == true)
        #expect(error?.hint?.contains("uidmap") == true)
        #expect(try await fake.error(isRoot: true) == nil)
    }

    @Test func `a relative root is refused`() throws {
        let error = #expect(throws: BackendError.self) {
            _ = try BuildahBuilder.plugin.make(Options(["root": .string("buildah")]), PluginContext())
        }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains("'buildah'") == true)
    }

    @Test func `an engine's own store is a finding at the registry, and a registry with an address is none`() throws {
        let builder = try BuildahBuilder.plugin.make(Options(), PluginContext())
        let checking = try #require(builder as? any CrossChecking)
        func findings(_ options: [String: JSONValue]) throws -> [Finding] {
            let context = PluginContext(variables: ["PATH": "/usr/bin:/bin"])
            let environment = try LocalEnvironment.plugin.make(Options(), context)
            let registry = try LocalRegistry.plugin.make(Options(options), context)
            return checking.findings(with: Parts(environment: environment, registry: registry, builder: builder))
        }
        let found = try findings([:])
        #expect(found.map(\.severity) == [.error])
        #expect(found.first?.path.description == "registry")
        #expect(try findings(["uri": .string("localhost:5000")]) == [])
    }
}
