import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct QueueEditTests {
    private func desk(editor: String) async throws -> Desk {
        var desk = try Desk()
        _ = await desk.run("queue create try -r local-docker")
        desk.variables["EDITOR"] = editor
        return desk
    }

    private func drafts(_ desk: Desk) throws -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: desk.folder.file("home/edits"))) ?? []
    }

    @Test func `the text that the editor saves is stored`() async throws {
        let desk = try await desk(editor: "sed -i s/none/host/")
        let answer = await desk.run("queue edit try")
        #expect(answer.code == .ok && answer.errors == "The queue 'try' is changed.\n")
        await #expect(try desk.store().queue("try").definition.fileText == "network: host\n")
        await #expect(try desk.store().queue("try").definition.template == .object(["network": .string("host")]))
        #expect(try drafts(desk) == [])
    }

    @Test func `unchanged text does not change the queue`() async throws {
        let desk = try await desk(editor: "true")
        let answer = await desk.run("queue edit try")
        #expect(answer.code == .ok && answer.errors == "The queue 'try' is unchanged.\n")
        #expect(try drafts(desk) == [])
    }

    @Test(arguments: ["truncate -s 0", "sed -i s/^/#/", "sed -i s/.*/null/", "sed -i s/.*/~/"])
    func `an editor that saves text without a value changes nothing`(editor: String) async throws {
        let desk = try await desk(editor: editor)
        let before = try await desk.store().queue("try").definition
        let answer = await desk.run("queue edit try")
        #expect(answer.code == .invalidData && answer.errors.contains(", so nothing was changed"), "\(answer.errors)")
        await #expect(try desk.store().queue("try").definition == before)
    }

    @Test func `VISUAL takes precedence over EDITOR`() async throws {
        var desk = try await desk(editor: "false")
        desk.variables["VISUAL"] = "sed -i s/none/host/"
        #expect(await desk.run("queue edit try").code == .ok)
    }

    @Test func `no text is lost after an error`() async throws {
        let desk = try await desk(editor: "sed -i s/network/netwrk/")
        let answer = await desk.run("queue edit try")
        #expect(answer.code == .invalidData && answer.output == "")
        let draft = try #require(try drafts(desk).first)
        #expect(
            answer.errors
                == """
                Your text is kept in DIR/home/edits/\(draft)
                After correcting it, store it with: launch queue edit try --config DIR/home/edits/\(draft)
                error: DIR/home/edits/\(draft) has 1 error.
                DIR/home/edits/\(draft):1:1: unknown key "netwrk" in the template (resource: local-docker); did you mean "network"?
                  1 | netwrk: none
                    | ^

                """)
        let kept = try String(contentsOfFile: desk.folder.file("home/edits/\(draft)"), encoding: .utf8)
        #expect(kept == "netwrk: none\n")
        await #expect(try desk.store().queue("try").definition.fileText == "network: none\n")
        // The command in the message works.
        try desk.folder.write("home/edits/\(draft)", "network: host\n")
        #expect(await desk.run("queue edit try --config \(desk.folder.file("home/edits/\(draft)"))").code == .ok)
        await #expect(try desk.store().queue("try").definition.fileText == "network: host\n")
        await #expect(try desk.store().queue("try").definition.fileName == nil)
        #expect(try drafts(desk) == [])
    }

    @Test func `a concurrent change is not overwritten`() async throws {
        var desk = try await desk(editor: "")
        let file = try desk.folder.write("other.yaml", "network: bridge\n")
        // The second change happens while the editor is open. The editor waits for it.
        let gate = desk.folder.file("gate")
        let editor = try desk.folder.write("editor", "sed -i s/none/host/ \"$1\"\nmkfifo '\(gate)'\ncat '\(gate)'\n")
        desk.variables["EDITOR"] = "sh \(editor)"
        let open = desk
        async let editing = open.run("queue edit try")
        let isOpen = await eventually { FileManager.default.fileExists(atPath: gate) }
        #expect(isOpen)
        #expect(await desk.run("queue edit try --config \(file)").code == .ok)
        try Data("go".utf8).write(to: URL(fileURLWithPath: gate))
        let answer = await editing
        #expect(answer.code == .tryAgain)
        #expect(answer.errors.contains("error: Another process has changed the queue 'try' meanwhile.\n"))
        await #expect(try desk.store().queue("try").definition.fileText == "network: bridge\n")
        #expect(try drafts(desk).count == 1)
    }

    @Test func `an error of the editor contains the reason`() async throws {
        var desk = try await desk(editor: "exit 3;")
        let failed = await desk.run("queue edit try")
        #expect(failed.code == .unavailable)
        #expect(
            failed.errors
                == "error: The editor 'exit 3;' ended with an error (status 3), so nothing was changed.\n"
                + "  hint: VISUAL or EDITOR names the editor.\n")
        #expect(try drafts(desk) == [])
        desk.variables["EDITOR"] = nil
        let none = await desk.run("queue edit try")
        #expect(none.code == .usage)
        #expect(none.errors.hasPrefix("error: Neither VISUAL nor EDITOR says which editor to use.\n  hint: Set one"))
    }
}
