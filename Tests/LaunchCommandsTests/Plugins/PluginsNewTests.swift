import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// `launch plugins new`. scripts/test compiles the packages that it makes.
struct PluginsNewTests {
    private func checkout(_ desk: Desk, name: String = "launch") throws -> String {
        let path = desk.folder.file("checkout")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try "let package = Package(name: \"\(name)\")\n".write(
            toFile: "\(path)/Package.swift", atomically: true, encoding: .utf8)
        return path
    }

    @Test(arguments: ["environment", "registry", "builder", "runner"])
    func `each role has a package whose manifest names the checkout`(role: String) async throws {
        let desk = try Desk()
        let (launch, folder) = (try checkout(desk), desk.folder.file("our-batch"))
        let answer = await desk.run("plugins new our-batch --role \(role) --launch \(launch) -o \(folder) --json")
        #expect(answer.code == .ok, "\(answer.errors)")
        let files = try answer.json()["files"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(files.contains("Sources/OurBatch/OurBatchPlugin.swift"))
        for file in files { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)"), "\(file)") }
        let manifest = try String(contentsOfFile: "\(folder)/Package.swift", encoding: .utf8)
        #expect(manifest.contains(".package(name: \"launch\", path: \"\(launch)\")"))
        let main = try String(contentsOfFile: "\(folder)/Sources/our-batch-launch/main.swift", encoding: .utf8)
        #expect(main.contains("OurBatchPlugin.\(role)]"))
        // Nothing is left beside the package.
        let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path)
        #expect(!names.contains { $0.hasPrefix(".our-batch") })
    }

    @Test func `an address becomes a dependency from this version on`() async throws {
        let desk = try Desk()
        let folder = desk.folder.file("p")
        let line = "plugins new ours --role registry --launch https://git.example.com/launch.git -o \(folder)"
        #expect(await desk.run(line).code == .ok)
        let manifest = try String(contentsOfFile: "\(folder)/Package.swift", encoding: .utf8)
        #expect(manifest.contains(".package(url: \"https://git.example.com/launch.git\", from: \"1.2.3\")"))
    }

    @Test(arguments: [
        "Our", "our_batch", "-a", "a-", "a--b", "1a", "a", "a b", "../a", String(repeating: "a", count: 41),
    ])
    func `a name that is no plugin type is refused, and nothing is written`(name: String) async throws {
        let desk = try Desk()
        let folder = desk.folder.file("new")
        let answer = await desk.run(
            words: ["plugins", "new", "--role", "runner", "--launch", try checkout(desk), "-o", folder, "--", name])
        #expect(answer.code == .usage && answer.errors.contains("must be 2 to 40 lower-case letters"), "\(answer)")
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func `wrong options are refused with the value that is needed`() async throws {
        let desk = try Desk()
        let launch = try checkout(desk)
        for (line, part) in [
            ("plugins new ours --launch \(launch)", "--role is missing"),
            ("plugins new ours --role runner", "--launch is missing"),
            ("plugins new ours --role runner --launch \(desk.folder.path)", "DIR is not a checkout of launch"),
            ("plugins new mock --role runner --launch \(launch)", "already has a runner of type \"mock\""),
        ] {
            let answer = await desk.run(line)
            #expect(answer.code == .usage && answer.errors.contains(part), "\(line): \(answer)")
        }
    }

    @Test func `an existing folder stays as it is`() async throws {
        let desk = try Desk()
        let folder = desk.folder.file("mine")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let answer = await desk.run("plugins new ours --role runner --launch \(try checkout(desk)) -o \(folder)")
        #expect(answer.code == .invalidData && answer.errors.contains("exists"), "\(answer)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        let launch = try checkout(desk)
        let nowhere = await desk.run(
            "plugins new ours --role runner --launch \(launch) -o \(launch)/Package.swift/ours")
        #expect(nowhere.code == .unavailable && nowhere.errors.contains("you may write to"), "\(nowhere)")
    }

    @Test(arguments: ["https://x/\n\"), .package(url: \"http://evil.example", "https://x/\u{1b}]0;x\u{7}", "co\u{85}"])
    func `control characters in an address or a folder are refused`(text: String) async throws {
        let desk = try Desk()
        let words = ["plugins", "new", "ours", "--role", "runner"]
        let address = await desk.run(words: words + ["--launch", text, "-o", desk.folder.file("a")])
        #expect(address.code == .usage && address.errors.contains("--launch has a control character"), "\(address)")
        let launch = try checkout(desk)
        let folder = await desk.run(words: words + ["--launch", launch, "-o", "\(desk.folder.path)/\(text)"])
        #expect(folder.code == .usage && folder.errors.contains("--output has a control character"), "\(folder)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).allSatisfy { !$0.contains("ours") })
    }

    @Test func `an address is one literal of the manifest, and the printed command names one folder`() async throws {
        let desk = try Desk()
        let address = #"https://x/"), .package(url: "http://evil.example/\(1)"#
        let folder = desk.folder.file("it's; touch pwned")
        let answer = await desk.run(
            words: ["plugins", "new", "ours", "--role", "runner", "--launch", address, "-o", folder])
        #expect(answer.code == .ok, "\(answer)")
        let manifest = try String(contentsOfFile: "\(folder)/Package.swift", encoding: .utf8)
        #expect(
            manifest.contains(
                #".package(url: "https://x/\"), .package(url: \"http://evil.example/\\(1)", from: "1.2.3")"#))
        #expect(answer.errors.contains(#"it'\''s; touch pwned'"#), "\(answer.errors)")
    }
}
