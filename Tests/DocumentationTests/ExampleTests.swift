import Foundation
import LaunchHost
import Testing

@testable import launch

@Test
func `the code in plugins.md equals that of the example`() throws {
    let blocks = try MarkdownPage("plugins.md").blocks.filter { $0.language == "swift" }
    for block in blocks {
        guard let path = block.note?.wholeMatch(of: /from: (\S+)/).map({ String($0.1) }) else {
            Issue.record("plugins.md:\(block.line): a block of Swift does not say which file it is from")
            continue
        }
        #expect(
            try Repository.text(path).contains(block.text),
            "plugins.md:\(block.line): \(path) does not contain this code")
    }
    #expect(blocks.count >= 8)
}

@Test
func `every configuration and queue file in the pages is valid`() throws {
    var count = 0
    // The generated reference contains only parts of files. The conformance kit decodes those.
    for page in try MarkdownPage.all() where page.path != "docs/plugins-reference.md" {
        for block in page.blocks where block.language == "yaml" {
            let name = "\(page.path):\(block.line)"
            let note = try #require(block.note, "\(name): a block of YAML does not say what it is")
            if note == "launch-config.yaml" {
                let config = try LaunchConfig(try Document(text: block.text, name: name), catalog: catalog)
                #expect(config.warnings.isEmpty, "\(name): \(config.warnings)")
            } else {
                let type = try #require(note.wholeMatch(of: /queue of (\S+)/).map { String($0.1) }, "\(name): \(note)")
                let runner = try #require(catalog.runner(type), "\(name): \(note)")
                let file = try QueueFile(try Document(text: block.text, name: name, kind: .invalid), runner: runner)
                #expect(file.warnings.isEmpty, "\(name): \(file.warnings)")
            }
            count += 1
        }
    }
    #expect(count >= 2)
}

@Test
func `a separate program lists its plugins`() throws {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "own-launch")
    let process = Process()
    let output = Pipe()
    process.executableURL = program
    process.arguments = ["plugins", "list", "--role", "runner"]
    process.environment = ["HOME": "/nonexistent"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("process") && text.contains("local-docker"), "\(text)")
}
