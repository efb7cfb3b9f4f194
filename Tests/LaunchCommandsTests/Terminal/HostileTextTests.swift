import Foundation
import LaunchConsole
import LaunchHost
import LaunchPrintableText
import TestSupport
import Testing

@testable import LaunchCommands

/// Text from outside never reaches a terminal as a control sequence, with any command.
@Suite struct HostileTextTests {
    /// Command lines for each command. `ENDED`, `WAITING` and `DIR` are the runs and the folder of the world; `EVIL` is
    /// the hostile text. The output of a line that begins with `+` contains a part of the text, escaped.
    private static let lines = [
        "+submit -q hostile --image EVIL", "+submit -q EVIL --image a/b:1", "+submit -q hostile --spec DIR/spec.yaml",
        "+submit -q hostile --source DIR/EVIL", "+submit -q hostile --git EVIL",
        "+submit --set EVIL=1 -q hostile --image a/b:1",
        "+submit -q hostile --image a/b:1 --code DIR/EVIL", "plan -q hostile --image registry/a:1 --code DIR/source",
        "submit -q hostile --source DIR/source", "+submit -q hostile --image a/b:1 --set-var v=EVIL2",
        "+run -q hostile --image EVIL", "run -q hostile --image registry/a:1 --name EVIL -vv",
        "plan -q hostile --image registry/a:1 --param k=EVIL", "+plan -q hostile --image registry/a:1 -- EVIL",
        "plan -q hostile --spec DIR/spec-good.yaml", "+plan -q hostile --image registry/a:1 --json -- EVIL",
        "+list", "+list --json", "+list --state EVIL", "+status ENDED", "+status ENDED --json", "+status EVIL",
        "+explain ENDED", "+explain ENDED --json", "explain WAITING", "+explain EVIL",
        "priority WAITING high", "+priority EVIL high", "+priority WAITING EVIL", "+move WAITING EVIL",
        "+logs ENDED", "+logs -t ENDED", "+logs --json ENDED", "+logs --build ENDED", "+stop EVIL",
        "outputs ENDED", "outputs ENDED --json", "+outputs EVIL",
        "+stop WAITING --json", "+wait ENDED", "+wait ENDED --json", "+wait EVIL",
        "+prune --older-than 0s --dry-run", "prune --older-than 0s --yes", "+prune --older-than EVIL",
        "+prune --older-than 0s --archive DIR/EVIL --dry-run",
        "+events ENDED", "+events", "+events --json", "+events -f --json ENDED",
        "+queue create EVIL --resource mock", "+queue create q --resource EVIL",
        "queue create q -r mock --config DIR/control.yaml",
        "+queue create q -r mock --config DIR/EVIL", "+queue list EVIL", "+queue show hostile",
        "+queue show hostile --template",
        "+queue show hostile --json", "+queue show EVIL", "+queue edit hostile --config DIR/broken.yaml",
        "+queue edit EVIL",
        "queue pause hostile", "+queue pause EVIL", "queue resume hostile", "+queue resume EVIL",
        "+queue export hostile", "+queue export EVIL", "queue export --to DIR/queues", "+queue export --to DIR/EVIL",
        "+apply -f DIR/EVIL", "+apply -f DIR/broken.yaml", "apply -f DIR/control.yaml",
        "+apply -f DIR/hostile.yaml --prune", "+apply -f DIR/hostile.yaml --prune --dry-run --json",
        "queue delete hostile --force",
        "+queue delete EVIL", "+job list", "+job list --json", "+job list EVIL", "+job show job",
        "+job show job --json",
        "+job show EVIL", "+job create image EVIL", "+job create image a/b:1 --name EVIL", "+job create code DIR/EVIL",
        "+job create code DIR/source --alias EVIL", "+job create git EVIL", "+job create template --name EVIL",
        "+job delete EVIL", "job delete job",
        "+agent -q hostile --drain -vv", "+agent -q EVIL", "+agents EVIL", "agents", "hooks list", "+hooks test EVIL",
        "+config check DIR/broken.yaml",
        "+config check DIR/broken.yaml --json",
        "config check DIR/control.yaml", "+config check DIR/EVIL", "+config check", "+config explain EVIL",
        "config schema",
        "+config path -c DIR/EVIL", "+plugins list", "+plugins list --json", "+plugins describe odd",
        "+plugins describe odd --json",
        "+plugins describe EVIL", "+plugins docs",
        "+import wandb DIR/EVIL", "+import wandb DIR/broken.yaml", "import wandb DIR/hostile.yaml",
        "import wandb DIR/spec.yaml -r mock --json", "import wandb DIR/control.yaml --to DIR/new",
        "+init EVIL", "+init DIR/source --base-image EVIL",
        "+plugins new EVIL --role runner --launch https://git.example.com/launch.git",
        "doctor", "+doctor -c DIR/broken.yaml", "doctor --json",
        "store init --prefix EVIL", "store check", "store migrate", "+store copy --from EVIL --to sqlite",
        "+store backup DIR/EVIL", "+store prune --older-than EVIL", "+store grant EVIL ada", "+store revoke EVIL ada",
        "+code list -q EVIL", "+code list --uri EVIL", "+code prune --older-than EVIL",
        "+code prune --older-than 30d --uri x://EVIL", "iam-policy",
        "+iam-policy -q EVIL", "version", "+version EVIL", "+completion EVIL", "completion bash", "+help EVIL", "+EVIL",
        "+__complete -- job show job:", "+__complete -- status ENDED", "+__complete -- plugins describe ",
    ]

    /// The program's own colour sequences are removed first. No other control character may remain.
    @Test(arguments: lines, [true, false])
    func `no control character reaches the terminal`(line: String, hasColours: Bool) async throws {
        let world = try await HostileWorld(hasColours ? ["TERM": "xterm", "LANG": "C.UTF-8"] : ["TERM": "dumb"])
        let answer = await world.desk.run(words: Self.words(line, world), onTerminal: true)
        let shown = answer.output + "\n" + answer.errors
        let plain = shown.replacing(/\u{1B}\[(?:0|1|2|31|32|33|36)m|\r\u{1B}\[K/, with: "")
        let left = plain.unicodeScalars.filter { Printable.isUnsafe($0) && $0 != "\n" && $0 != "\t" }
        #expect(left.isEmpty, "\(line): \(left.map { String($0.value, radix: 16) })")
        if line.hasPrefix("+") {
            let escapes = ["\\x1b", "\\u001b", "\\u{20", "\\u202e", "\\u2067"]
            #expect(escapes.contains(where: shown.contains), "\(line) shows nothing of the text: \(plain)")
        }
    }

    @Test func `each command is covered`() throws {
        func leaves(_ command: Command, _ path: [String]) -> [String] {
            command.subcommands.isEmpty
                ? [path.joined(separator: " ")] : command.subcommands.flatMap { leaves($0, path + [$0.name]) }
        }
        let called = Self.lines.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 }
        let program = LaunchProgram.make(catalog: try Desk().catalog, version: "1")
        for leaf in leaves(program.root, []) {
            #expect(called.contains { $0 == leaf || $0.hasPrefix(leaf + " ") }, "no line for '\(leaf)'")
        }
    }

    @Test func `a progress bar is readable`() async throws {
        let world = try await HostileWorld(["TERM": "dumb"])
        let answer = await world.desk.run("logs \(world.ended)", onTerminal: true)
        #expect(answer.output.hasSuffix("algo-1 10%\nalgo-1 20%\nalgo-1 30%\n"))
    }

    @Test func `a pipe gets the log unchanged, and --raw gives it unchanged to a terminal`() async throws {
        let world = try await HostileWorld(["TERM": "dumb"])
        let expected = "algo-1 \(HostileWorld.text)\nalgo-1 10%\r20%\r30%\n"
        let piped = await world.desk.run("logs \(world.ended)").output
        let raw = await world.desk.run("logs \(world.ended) --raw", onTerminal: true).output
        let build = await world.desk.run("logs \(world.ended) --build --raw", onTerminal: true).output
        #expect(Array(piped.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(Array(raw.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(Array(build.unicodeScalars) == Array("build | \(HostileWorld.text)\n".unicodeScalars))
    }

    private static func words(_ line: String, _ world: HostileWorld) -> [String] {
        let line = line.hasPrefix("+") ? String(line.dropFirst()) : line
        return line.split(separator: " ", omittingEmptySubsequences: false).map(String.init).map { word in
            word.replacing("ENDED", with: world.ended.rawValue).replacing("WAITING", with: world.waiting.rawValue)
                .replacing("EVIL", with: HostileWorld.text).replacing("DIR", with: world.desk.folder.path)
        }
    }
}
