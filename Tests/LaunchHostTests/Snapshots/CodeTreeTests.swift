import LaunchHost
import Testing

@testable import LaunchSnapshots

/// The objects of a folder of code.
@Suite struct CodeTreeTests {
    private static func file(_ path: String, _ mode: UInt32 = 0o644) -> ContextEntry {
        ContextEntry(path: path, kind: .file, mode: mode, size: 1)
    }

    private static func folder(_ path: String) -> ContextEntry { ContextEntry(path: path, kind: .folder, mode: 0o755) }

    private static func link(_ path: String, _ target: String) -> ContextEntry {
        ContextEntry(path: path, kind: .link(target: target), mode: 0o777)
    }

    @Test func `links inside become copies of their targets, and empty folders vanish`() {
        let tree = CodeTree([
            Self.folder("empty"), Self.folder("lib"), Self.file("lib/a.py"), Self.file("lib/run.sh", 0o755),
            Self.link("again", "lib"), Self.link("lib/up.py", "../train.py"), Self.link("first", "second"),
            Self.link("second", "./lib//run.sh"), Self.file("train.py"),
        ])
        #expect(tree.problems.isEmpty)
        #expect(
            tree.files.map { "\($0.path) \($0.source)" } == [
                "again/a.py lib/a.py", "again/run.sh lib/run.sh", "again/up.py train.py", "first lib/run.sh",
                "lib/a.py lib/a.py", "lib/run.sh lib/run.sh", "lib/up.py train.py", "second lib/run.sh",
                "train.py train.py",
            ])
        #expect(tree.executables == ["again/run.sh", "first", "lib/run.sh", "second"])
    }

    @Test(arguments: [
        ("/etc/passwd", "an absolute path"), ("../other", "which leads out of the folder"),
        ("d/../../other", "which leads out of the folder"), ("nowhere", "which does not exist or is left out"),
        ("x", "which leads through too many links"), (".", "which is a folder above itself"),
        ("d/root", "which leads to an absolute path"), ("d/up", "which is a folder above itself"),
    ])
    func `a link that has no copy is a problem with its path`(_ target: String, _ why: String) {
        let tree = CodeTree([
            Self.folder("d"), Self.link("d/root", "/etc"), Self.link("d/up", ".."), Self.file("a"),
            Self.link("x", target),
        ])
        #expect(tree.problems.contains { $0.path == "x" && $0.why.contains(why) }, "\(tree.problems)")
        let error = #expect(throws: LaunchError.self) { try tree.refuseProblems(shownAs: "code") }
        #expect(error?.message.contains("'x' is a link to '\(target)'") == true)
    }

    @Test func `a name with a control character is a problem`() {
        let tree = CodeTree([Self.file("a\nb"), Self.file("ok"), Self.folder("d\u{7f}"), Self.file("d\u{7f}/x")])
        #expect(tree.files.map(\.path) == ["ok"])
        #expect(tree.problems.map(\.path) == ["a\nb", "d\u{7f}"])
    }

    @Test func `a code snapshot has git's modes, no git data, and a start script of its own`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(
            [
                "train.py": "x", "run.sh": "#!/bin/sh\n", ".git/config": "secret", "data/big": "x",
                "sub/.git": "gitdir",
                ".launchignore": "data\n", ".dockerignore": "train.py\n",
            ], in: "source")
        try scratch.setMode("source/run.sh", 0o711)
        try scratch.setMode("source/train.py", 0o600)
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let made = try await store.codeSnapshot(of: source)
        #expect(made.leftOut == [".git", "data/", "sub/.git"])
        #expect(made.source.channel == CodeChannel() && made.source.origin == source)
        let code = try await store.codeFolder(of: made.source.snapshot)
        #expect(
            code.files.map(\.path) == [
                ".dockerignore", ".launch-files", ".launch-start", ".launchignore", "run.sh", "train.py",
            ])
        #expect(code.digest == made.source.snapshot && code.summary.files == 6 && !code.summary.hasRequirements)
        // Modes that git does not keep have no effect.
        try scratch.setMode("source/train.py", 0o664)
        #expect(try await store.codeSnapshot(of: source).source.snapshot == made.source.snapshot)
        try scratch.setMode("source/train.py", 0o755)
        #expect(try await store.codeSnapshot(of: source).source.snapshot != made.source.snapshot)
        // A damaged snapshot is not used.
        try scratch.write(["\(made.source.snapshot)/context/train.py": "y"], in: "sources")
        await #expect(throws: LaunchError.self) { try await store.codeFolder(of: made.source.snapshot) }
    }

    @Test func `advice about large code names the file whose rules apply`() async throws {
        let scratch = try Scratch()
        let store = SourceStore(folder: "\(scratch.path)/sources", limits: SourceLimits(entries: 3))
        for (files, ruleFile) in [
            ([".launchignore", ".dockerignore"], ".launchignore"), ([".dockerignore"], ".dockerignore"),
            ([], ".launchignore"),
        ] {
            let folder = "source\(files.count)"
            let source = try scratch.write(["a": "", "b": "", "c": "", "d": ""], in: folder)
            for file in files { try scratch.write(["\(folder)/\(file)": ""]) }
            let error = await #expect(throws: LaunchError.self) { try await store.codeSnapshot(of: source) }
            #expect(error?.hint == "Name in \(ruleFile) what the code does not need.")
        }
        let image = try scratch.write(["Dockerfile": "", "a": "", "b": "", "c": ""], in: "image")
        let error = await #expect(throws: LaunchError.self) { try await store.snapshot(of: image) }
        #expect(error?.hint == "Name in .dockerignore what the image does not need.")
    }

    @Test func `a folder without files, with a file of the script's name, or of a build is refused`() async throws {
        let scratch = try Scratch()
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let empty = try scratch.write(["a": "x", ".launchignore": "*\n"], in: "empty")
        let nothing = await #expect(throws: LaunchError.self) { try await store.codeSnapshot(of: empty) }
        #expect(nothing?.message.contains("has no file") == true, "\(String(describing: nothing))")
        let taken = try scratch.write([".launch-start": "x"], in: "taken")
        let name = await #expect(throws: LaunchError.self) { try await store.codeSnapshot(of: taken) }
        #expect(name?.message.contains("has an entry '.launch-start'") == true)
        let out = try scratch.write(["a": "x"], in: "out")
        try scratch.link("out/l", to: "/etc/passwd")
        let link = await #expect(throws: LaunchError.self) { try await store.codeSnapshot(of: out) }
        #expect(link?.message.contains("'l' is a link to '/etc/passwd', an absolute path") == true)
        let built = try scratch.write(["Dockerfile": "FROM scratch\n"], in: "built")
        let image = try await store.snapshot(of: built)
        let kind = await #expect(throws: LaunchError.self) { try await store.codeFolder(of: image.source.snapshot) }
        #expect(kind?.message.contains("was not made for a code channel") == true)
    }
}
