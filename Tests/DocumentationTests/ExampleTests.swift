import Foundation
import LaunchHost
import LaunchScaffold
import TestSupport
import Testing

@testable import launch

@Test
func `the code in plugins.md equals that of the example`() throws {
    let blocks = try MarkdownPage("plugins.md").blocks.filter { $0.language == "swift" }
    for block in blocks {
        if let file = block.note?.wholeMatch(of: /from: launch plugins new our-batch: (\S+)/)?.1 {
            let package = try PluginPackage(
                "our-batch", role: .runner, origin: .path("../launch"), contract: PluginCatalog.contracts.upperBound)
            let text = package.files.first { $0.path == file }?.text
            #expect(
                text?.contains(block.text) == true, "plugins.md:\(block.line): the new package does not contain this")
            continue
        }
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

/// Each declaration in a table of the page is a public one of the code.
@Test
func `the signatures in plugins.md are those of the code`() throws {
    func words(_ text: some StringProtocol) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let folder = Repository.root.appending(path: "Sources").path
    let sources = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.map {
        words(try Repository.text("Sources/\($0)"))
    }
    var count = 0
    for row in try Repository.text("plugins.md").split(separator: "\n") where row.hasPrefix("| ") {
        for match in row.matches(of: /`((?:static )?func [^`]+|init\([^`]+)`/) {
            let signature = "public \(words(match.1))"
            #expect(sources.contains { $0.contains("\(signature) {") }, "\(signature)")
            count += 1
        }
    }
    #expect(count >= 28)
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
                let queue = try QueueDefinition(name: "q", resource: type, file: file, fileName: nil)
                let exported = try Document(text: queue.exported, name: name, kind: .invalid)
                let again = try QueueDefinition(
                    name: "q", resource: type, file: QueueFile(exported, runner: runner), fileName: nil)
                #expect(again.means(theSameAs: queue), "\(name)")
            }
            count += 1
        }
    }
    #expect(count >= 2)
}

/// Runs the example's program.
private func ownLaunch(_ arguments: String...) throws -> (output: String, errors: String, status: Int32) {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let process = ChildProcess()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "own-launch")
    process.arguments = arguments
    process.environment = ["HOME": "/nonexistent"]
    process.setStreams(output: output, errors: errors)
    try process.run()
    func text(_ pipe: Pipe) throws -> String {
        String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
    let texts = (try text(output), try text(errors))
    process.waitUntilExit()
    return (texts.0, texts.1, process.terminationStatus)
}

@Test
func `a separate program lists its plugins`() throws {
    let answer = try ownLaunch("plugins", "list", "--role", "runner")
    #expect(answer.status == 0)
    #expect(answer.output.contains("process") && answer.output.contains("local-docker"), "\(answer)")
}

@Test
func `a separate program has its own name in help, hints and completion`() throws {
    #expect(try ownLaunch("version").output == "own-launch 0.1.0\n")
    let help = try ownLaunch("submit", "--help").output
    #expect(help.contains("own-launch submit -q") && !help.contains(" launch submit"), "\(help)")
    let wrong = try ownLaunch("ps")
    #expect(wrong.status == 64 && wrong.errors.contains("'own-launch list' lists runs"), "\(wrong)")
    let missing = try ownLaunch("status", "abc12345")
    #expect(missing.status != 0 && !missing.errors.contains("'launch "), "\(missing)")
    #expect(try ownLaunch("completion", "bash").output.hasSuffix("complete -F _own_launch_complete own-launch\n"))
}
