import Foundation
import LaunchConsole
import LaunchHost
@testable import LaunchCore
import TestSupport
import Testing

@testable import LaunchCommands

/// `launch init`
@Suite struct InitTests {
    private let desk: Desk
    private let folder: String

    init() throws {
        desk = try Desk()
        folder = desk.folder.file("code")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func write(_ name: String, _ text: String = "") throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    private func dockerfile(_ options: String = "") async throws -> [String] {
        let answer = await desk.run("init \(folder) --print \(options)")
        #expect(answer.code == .ok, "\(answer.errors)")
        return answer.output.split(separator: "\n").map(String.init)
    }

    @Test func `the script and the packages of the folder make a Dockerfile`() async throws {
        try write("train.py")
        try write("main.py")
        #expect(
            try await dockerfile().suffix(4) == [
                "WORKDIR /app", "COPY . .", "ENV PYTHONUNBUFFERED=1", #"ENTRYPOINT ["python3", "train.py"]"#,
            ])
        try write("pyproject.toml")
        #expect(try await dockerfile().contains("RUN pip install --no-cache-dir ."))
        try write("requirements.txt", "numpy\n")
        let lines = try await dockerfile("-b repo/torch:2.4")
        #expect(lines.contains("FROM repo/torch:2.4"))
        let (install, copy) = (lines.firstIndex { $0.hasPrefix("RUN pip") }, lines.firstIndex(of: "COPY . ."))
        #expect(try #require(install) < #require(copy))
    }

    @Test func `the program is that of a job of W&B, else the only script, and an option replaces both`() async throws {
        try write("fit.py")
        try write("test_fit.py")
        #expect(try await dockerfile().last == #"ENTRYPOINT ["python3", "fit.py"]"#)
        try write("wandb-job.json", #"{"source": {"entrypoint": ["python3", "-m", "fit"]}}"#)
        #expect(try await dockerfile().last == #"ENTRYPOINT ["python3", "-m", "fit"]"#)
        let answer = await desk.run(words: ["init", folder, "--print", "-E", "sh -c 'a \"b\"'"])
        #expect(answer.output.hasSuffix("ENTRYPOINT [\"sh\", \"-c\", \"a \\\"b\\\"\"]\n"))
    }

    @Test func `a word with a line break stays one word of the Dockerfile`() async throws {
        let words = try JSON.canonical(["sh\nRUN rm -rf /", "x"])
        let answer = await desk.run(words: ["init", folder, "--print", "-E", words])
        #expect(answer.code == .ok && !answer.output.split(separator: "\n").contains { $0.hasPrefix("RUN") })
    }

    @Test func `the Dockerfile is written once, and an existing one stays`() async throws {
        try write("train.sh")
        let answer = await desk.run("init \(folder)")
        #expect(answer.code == .ok && answer.output == "DIR/code/Dockerfile\n")
        let text = try String(contentsOfFile: "\(folder)/Dockerfile", encoding: .utf8)
        #expect(text.hasSuffix("ENTRYPOINT [\"sh\", \"train.sh\"]\n"))
        try write("Dockerfile", "FROM scratch\n")
        let again = await desk.run("init \(folder)")
        #expect(again.code == .invalidData && again.errors.contains("exists and is used as it is"))
        #expect(try String(contentsOfFile: "\(folder)/Dockerfile", encoding: .utf8) == "FROM scratch\n")
    }

    @Test func `keys of a builder and of a queue are valid in their files`() async throws {
        try write("train.py")
        try write("requirements.txt")
        let keys = await desk.run("init \(folder) --for append")
        let document = try Document(text: keys.output, name: "x", kind: .invalid)
        #expect(document.jsonValue["builder"]?["entrypoint"] == .array([.string("python3"), .string("train.py")]))
        #expect(!keys.errors.contains("is not installed"))
        let queue = await desk.run("init \(folder) --for channel --json")
        #expect(try queue.json()["text"] == .string("code: channel\ncode_requirements: true\n"))
        #expect(try queue.json()["path"] == nil)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/Dockerfile"))
    }

    @Test(arguments: [("requirements.frozen.txt", true), ("pyproject.toml", false)])
    func `the keys of a builder name the file of packages that it would not find`(name: String, isNamed: Bool)
        async throws
    {
        try write("train.py")
        try write(name)
        let keys = await desk.run("init \(folder) --for append")
        let document = try Document(text: keys.output, name: "x", kind: .invalid)
        #expect(document.jsonValue["builder"]?["requirements"] == (isNamed ? .string(name) : nil))
        #expect(keys.errors.contains("\(name) is not installed") != isNamed)
    }

    @Test func `a folder that does not say what to run is refused with the way out`() async throws {
        let empty = await desk.run("init \(folder)")
        #expect(empty.code == .invalidData && empty.errors.contains("has no script to run"))
        for name in ["a.py", "b.py", "setup.py"] { try write(name) }
        let several = await desk.run("init \(folder)")
        #expect(several.code == .invalidData && several.errors.contains("has 2 scripts"))
        for text in ["{", #"{"source": {"entrypoint": "x"}}"#, #"{"source": {"entrypoint": [1]}}"#] {
            try write("wandb-job.json", text)
            let answer = await desk.run("init \(folder)")
            #expect(
                answer.code == .invalidData && answer.errors.contains("wandb-job.json"), "\(text): \(answer.errors)")
        }
        // The file is data of the folder: a link does not lead out of it.
        try FileManager.default.removeItem(atPath: "\(folder)/wandb-job.json")
        symlink("/etc/hostname", "\(folder)/wandb-job.json")
        #expect(await desk.run("init \(folder)").code == .invalidData)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/Dockerfile"))
        #expect(await desk.run("init \(folder) -b Repo:x --print").code == .usage)
    }
}
