import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct DoctorTests {
    private func desk(_ config: String) throws -> Desk {
        var desk = try Desk()
        desk.variables["LAUNCH_CONFIG"] = try desk.folder.write("launch-config.yaml", config)
        return desk
    }

    @Test func `all checks succeed`() async throws {
        let desk = try desk(
            "queues: [train]\nenvironment: {type: mock, principal: me, account: \"12\", region: here-1}\n"
                + "registry: {type: mock}\nbuilder: {type: mock, destination: team/train}\n")
        _ = await desk.run("queue create train -r mock")
        let answer = await desk.run("doctor")
        #expect(answer.code == .ok && answer.errors == "")
        // The line about the sandbox depends on the kernel.
        let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
        let sandbox = lines.filter { $0.contains(" sandbox ") }
        #expect(sandbox.count == 1 && sandbox.first?.contains("no new privileges") == true)
        #expect(
            lines.filter { !sandbox.contains($0) }.joined(separator: "\n").replacing(/[0-9]+ [GM]iB/, with: "SIZE")
                == """
                ok    configuration     DIR/launch-config.yaml
                ok    home              DIR/home
                ok    disk              SIZE for sources, logs and outputs
                ok    database          DIR/home/launch.db, 0 unfinished runs
                ok    environment mock  me, account 12, region here-1
                ok    registry mock     the container engine's own store answers
                ok    builder mock      names images team/train; they stay in the engine's own store
                ok    runner mock       answers
                ok    queue train       for mock; its template is valid

                """)
        let json = try await desk.run("doctor --json").json()
        #expect(json["ok"] == .bool(true) && json["checks"]?.arrayValue?.count == 10)
    }

    @Test func `a terminal of 80 columns shows whole lines, with the advice below`() async throws {
        let desk = try desk("sandbox: off\nregistry: {type: mock}\nbuilder: {type: mock}\n")
        let answer = await desk.run(words: ["doctor"], onTerminal: true, columns: 80)
        let lines = answer.output.replacing(/\u{1b}\[[0-9;]*m/, with: "").split(separator: "\n").map(String.init)
        let long = lines.filter { $0.count > 80 }
        #expect(long.isEmpty, "\(long)")
        let start = try #require(lines.firstIndex { $0.hasPrefix("warn  sandbox") }, "\(lines)")
        #expect(
            lines[start...].prefix(3).map { $0.drop { $0 == " " } } == [
                "warn  sandbox            off: git and docker's command line can change every",
                "file of this user", "-> Remove 'sandbox: off' from the configuration.",
            ], "\(lines)")
    }

    @Test func `hooks are checked without sending a message`() async throws {
        var desk = try desk(
            """
            registry: {type: mock}
            builder: {type: mock}
            hooks:
              - {name: page, on: [failed], run: [/no/such/program]}
              - {name: web, on: [failed], url: "https://hooks.invalid/x", secret: env:HOOK_KEY}

            """)
        let answer = await desk.run("doctor")
        #expect(answer.output.contains(/ok +hook page +no delivery yet/), "\(answer.output)")
        #expect(answer.output.contains("The key of the hook 'web' is not set"), "\(answer.output)")
        #expect(answer.code == .configuration)
        desk.variables["HOOK_KEY"] = "0123456789abcdef"
        #expect(await desk.run("doctor").code == .ok)
        #expect(await desk.run("hooks list").output.contains("web\t0\t0\t0\t-\t-"))
        let test = await desk.run("hooks test page")
        #expect(test.code == .unavailable && test.errors.contains("The program '/no/such/program' cannot be run"))
        #expect(await desk.run("hooks test other").errors.contains("Known: page and web."))
    }

    @Test func `a disabled sandbox is reported`() async throws {
        let desk = try desk("sandbox: off\nregistry: {type: mock}\nbuilder: {type: mock}\n")
        let answer = await desk.run("doctor")
        #expect(answer.output.contains("warn  sandbox"), "\(answer.output)")
        #expect(answer.output.contains("Remove 'sandbox: off'"), "\(answer.output)")
    }

    @Test(arguments: [
        ("denied", ExitCode.notPermitted), ("unavailable", .unavailable), ("transient", .unavailable),
    ])
    func `the worst failure determines the exit code`(error: String, code: ExitCode) async throws {
        let desk = try desk("environment: {type: mock, error: \(error)}\nregistry: {type: mock, error: unavailable}\n")
        let answer = await desk.run("doctor")
        #expect(answer.code == code)
        #expect(answer.output.contains("fail  environment mock  The mock is configured to fail: verify.\n"))
        #expect(answer.output.contains("fail  registry mock     The mock is configured to fail: resolve.\n"))
        // The default builder is checked, and no run is known to need it.
        #expect(answer.output.contains(#/(ok|warn) +builder docker /#))
    }

    @Test func `queues are checked`() async throws {
        let desk = try desk("queues: [train, tarin, open, still]\n")
        let file = try desk.folder.write(
            "queue.yaml", "run_for: \"{{time}}\"\ntemplate_variables: {time: {type: string}}\n")
        _ = await desk.run("queue create train -r mock")
        _ = await desk.run("queue create open -r mock --config \(file)")
        _ = await desk.run("queue create still -r mock")
        _ = await desk.run("queue pause still")
        let answer = await desk.run("doctor")
        #expect(answer.code == .unavailable)
        #expect(answer.output.contains("ok    queue train        for mock; its template is valid\n"))
        // The path of the database is long, so the lines are folded at another place on each machine.
        let words = answer.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "fail queue tarin The queue 'tarin' does not exist in 'DIR/home/launch.db'; did you mean 'train'? "
                    + "('launch queue list' shows the queues.)"), "\(answer.output)")
        #expect(answer.output.contains("ok    queue open         for mock; a submit must give time\n"))
        #expect(answer.output.contains("warn  queue still        paused: no agent claims runs from it  ("))
    }

    @Test func `an unusable home is reported`() async throws {
        var desk = try desk("max_jobs: 1\n")
        desk.variables["LAUNCH_HOME"] = try desk.folder.write("file", "") + "/below"
        let answer = await desk.run("doctor")
        #expect(answer.code == .notPermitted)
        #expect(answer.output.contains("fail  home "))
        #expect(answer.output.contains("ok    environment local "))
    }

    @Test func `a service without a reply does not block the other checks`() async throws {
        let door = Door()
        let catalog = TestCatalog.catalog
        let silent = PluginCatalog(
            environments: [Plugin(type: "local", summary: "Never answers") { _, _ in Silent(door: door) }],
            registries: catalog.registries, builders: catalog.builders, runners: catalog.runners)
        let desk = try desk("max_jobs: 1\n")
        let doctor = Doctor(
            catalog: silent, location: ConfigLocation(explicit: nil, variables: desk.variables),
            variables: desk.variables, limit: .milliseconds(50))
        let found = await doctor.examine()
        let environment = try #require(found.first { $0.what == "environment local" })
        #expect(environment.status == .fail && environment.kind == .unavailable)
        #expect(environment.detail == "no answer within 0 s")
        #expect(environment.hint?.contains("that gives the credentials") == true)
        #expect(found.contains { $0.what == "registry local" && $0.status == .ok })
        await door.open()
    }
}

/// Replies only after its door is open, even if the caller no longer waits.
private struct Silent: Environment {
    let door: Door

    func verify() async throws(BackendError) -> Identity {
        await door.pass()
        return Identity(principal: "late")
    }
}

/// Closed until it is opened. Ignores cancellation.
private actor Door {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for one in waiting { one.resume() }
        waiting = []
    }
}
