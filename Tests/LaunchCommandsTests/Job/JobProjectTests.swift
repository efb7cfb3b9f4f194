import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// A job's project is that of its runs.
@Suite struct JobProjectTests {
    @Test func `the guide's command works and the project reaches the run`() async throws {
        var desk = try Desk()
        let made = await desk.run("job create image localhost:5000/team/train:2024-06 -p vision")
        #expect(made.code == .ok && made.output == "train:v1\n", "\(made.errors)")
        // A version without a project goes where the one before it is.
        _ = await desk.run("job create image localhost:5000/team/train:2024-07")
        _ = await desk.run("queue create q -r mock")
        func project(_ line: String) async throws -> String? {
            let run = await desk.run("submit -q q --json \(line)")
            #expect(run.code == .ok, "\(run.errors)")
            return try run.json()["project"]?.stringValue
        }
        #expect(try await project("--job train") == "vision")
        #expect(try await project("--job train -p speech") == "speech")
        #expect(try await project("--image registry/a:1") == "default")
        let spec = try desk.folder.write("spec.yaml", "job: train\n")
        #expect(try await project("--spec \(spec)") == "vision")
        let named = try desk.folder.write("named.yaml", "job: train\nproject: text\n")
        #expect(try await project("--spec \(named)") == "text")
        desk.variables["LAUNCH_PROJECT"] = "sound"
        #expect(try await project("--job train") == "sound")
        #expect(await desk.run("job create image hello -n h --json").output.contains("\"sound\""))
    }

    @Test func `all kinds of jobs have a project`() async throws {
        let desk = try Desk()
        try desk.folder.write("train/Dockerfile", "FROM a\n")
        let code = await desk.run("job create code \(desk.folder.file("train")) --project vision --json")
        #expect(try code.json()["project"]?.stringValue == "vision", "\(code.errors)")
        let help = await desk.run("job create git --help")
        #expect(help.output.contains("--project"))
        #expect(await desk.run("job show train").output.contains("\nproject     vision\n"))
    }

    @Test func `lists filter by project`() async throws {
        let desk = try Desk()
        _ = await desk.run("job create image a/train:x -p vision")
        _ = await desk.run("job create image a/train:y -p speech")
        _ = await desk.run("job create image a/other:y -p speech")
        func jobs(_ line: String) async throws -> [String?] {
            try await desk.run("job list --json \(line)").json().arrayValue?.map { job in
                "\(job["name"]?.stringValue ?? ""):v\(job["version"]?.integerValue ?? 0)"
            } ?? []
        }
        #expect(try await jobs("-p vision") == ["train:v1"])
        #expect(try await jobs("-p speech") == ["other:v1", "train:v2"])
        #expect(try await jobs("") == ["other:v1", "train:v2"])
        #expect(try await jobs("train -p vision") == ["train:v1"])
        let none = await desk.run("job list -p none")
        #expect(none.code == .ok && none.output == "" && none.errors == "no jobs in the project 'none'\n")
        _ = await desk.run("queue create q -r mock")
        for project in ["vision", "speech"] { _ = await desk.run("submit -q q --image registry/a:1 -p \(project)") }
        let runs = await desk.run("list -p vision")
        #expect(runs.output.hasPrefix("RUN\tSTATE\tPROJECT\tQUEUE\tNAME\tSUBMITTED\tDURATION\tCAUSE\n"))
        #expect(runs.output.split(separator: "\n").count == 2)
        #expect(runs.output.contains("\tqueued\tvision\tq\t-\t"))
        #expect(await desk.run("list -p none").errors == "no runs\n")
        let words = await desk.run(words: ["__complete", "--", "list", "-p", ""])
        #expect(words.output.contains("vision") && words.output.contains("speech"))
    }

    @Test(arguments: ["a/b", "../x", "-x ", "x:y"])
    func `a project that no run can have is refused`(_ project: String) async throws {
        let desk = try Desk()
        let answer = await desk.run(words: ["job", "create", "image", "busybox", "--project=\(project)"])
        #expect(answer.code == .invalidData && answer.output == "")
        #expect(answer.errors.contains("project") && answer.errors.contains("hint: Use 1 to 128 letters"))
        await #expect(try desk.store().jobs().isEmpty)
    }
}
