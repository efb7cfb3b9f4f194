import AWSStub
import EngineTestSupport
import Foundation
import Synchronization
import TestSupport
import Testing

/// Runs the program through a proxy that changes the replies of servers in random ways: numbers, types, order, length,
/// depth, framing, speed.
///
/// For all replies, a command ends in time, without a signal, and with a documented exit code that is not an internal
/// error. Nothing is started twice. After the replies are correct again, each run ends.
///
/// The variables `LAUNCH_MUTATION_ROUNDS` (of each kind, 6 by default) and `LAUNCH_MUTATION_SEED` (random by default)
/// control the test. A failure names the seed and the changes.
@Suite("Mutated replies", .timeLimit(.minutes(30)))
struct MutationTests {
    /// Without 70, because the test searches for internal errors.
    private static let codes: Set<Int32> = [0, 1, 3, 64, 65, 69, 75, 77, 78]
    private static let variables = ProcessInfo.processInfo.environment
    private static let seed =
        variables["LAUNCH_MUTATION_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000_000)
    private static let rounds = 0..<UInt64(variables["LAUNCH_MUTATION_ROUNDS"].flatMap { UInt64($0) } ?? 6)

    @Test(arguments: rounds)
    func `with changed answers of AWS, every run ends and starts at most once`(_ round: UInt64) async throws {
        let account = try Account()
        let port = try #require(URL(string: account.stub.url)?.port)
        let mutation = Mutation(seed: Self.seed &+ round)
        let proxy = try HostileProxy(to: .port(port)) { mutation.change($0, &$1) }
        defer { proxy.stop() }
        let changed = ["AWS_ENDPOINT_URL": proxy.url]
        try await account.queue(Guide.queueYAML)
        let first = try await account.submit()
        var others: [String] = []
        let image = ["--image", Account.image, "-q", "train"]
        for words in [
            ["doctor"], ["run"] + image, ["agent", "--drain"], ["logs", first], ["status", first], ["stop", first],
            ["plan"] + image,
        ] {
            let answer = try await run(words, account, changed, mutation)
            if words.first == "run", answer.code == 0 { others.append(answer.output) }
        }
        // Correct replies again: the remaining runs end.
        let last = try await account.launch("agent", "--drain")
        #expect(last.code == 0, "\(mutation): \(last)")
        let runs = try await account.succeeding("list", "--json").json([RunFacts].self)
        #expect(runs.allSatisfy { ["succeeded", "failed", "stopped"].contains($0.state) }, "\(mutation): \(runs)")
        for run in runs {
            let jobs = account.stub.sagemaker.jobs.filter { $0.name.hasSuffix("-\(run.id)") }
            #expect(jobs.count <= 1, "\(mutation): \(run.id) was started \(jobs.count) times")
            if run.state == "succeeded" { #expect(jobs.count == 1, "\(mutation): \(run.id) never ran") }
        }
    }

    /// Batch has no token that makes a second submit harmless, so a hidden job can be submitted again; each further job
    /// that becomes visible is terminated.
    @Test(arguments: rounds)
    func `with changed answers of Batch, every run ends`(_ round: UInt64) async throws {
        let account = try Account()
        account.stub.batch.lives(BatchLife([.init(seconds: 0.2)]))
        let port = try #require(URL(string: account.stub.url)?.port)
        let mutation = Mutation(seed: Self.seed &+ round, kind: 3)
        let proxy = try HostileProxy(to: .port(port)) { mutation.change($0, &$1) }
        defer { proxy.stop() }
        try account.folder.write(
            "batch.yaml",
            "job_queue: training\nresources: {VCPU: 1, MEMORY: 2048}\nattempts: 2\n\(round % 2 == 0 ? "" : "array_size: 2\n")"
        )
        try await account.succeeding("queue", "create", "train", "--resource", "aws-batch", "--config", "batch.yaml")
        let first = try await account.submit()
        let image = ["--image", Account.image, "-q", "train"]
        for words in [
            ["doctor"], ["run"] + image, ["agent", "--drain"], ["logs", first], ["status", first], ["stop", first],
            ["plan"] + image,
        ] {
            _ = try await run(words, account, ["AWS_ENDPOINT_URL": proxy.url], mutation)
        }
        let last = try await account.launch("agent", "--drain")
        #expect(last.code == 0, "\(mutation): \(last)")
        let runs = try await account.succeeding("list", "--json").json([RunFacts].self)
        #expect(runs.allSatisfy { ["succeeded", "failed", "stopped"].contains($0.state) }, "\(mutation): \(runs)")
    }

    @Test(.needsEngine, arguments: rounds)
    func `with changed answers of an engine, every run ends and starts at most once`(_ round: UInt64) async throws {
        let folder = try TemporaryDirectory()
        let mutation = Mutation(seed: Self.seed &+ round, kind: 1)
        let (proxy, host) = try await EngineAttempts.proxy(in: folder) { mutation.change($0, &$1) }
        defer { proxy.stop() }
        try await World.with { world in
            let first = try await world.submit("echo started >>/shared/one; echo loss=1; exit 7")
            for words in [
                ["doctor"], ["run"] + world.script("echo started >>/shared/two; exit 3"),
                ["agent", "--drain", "-q", "q"],
                ["logs", first], ["status", first], ["stop", first],
            ] {
                _ = try await run(words, world, ["DOCKER_HOST": host], mutation)
            }
            let last = try await world.launch("agent", "--drain", "-q", "q")
            #expect(last.code == 0, "\(mutation): \(last)")
            let runs = try await world.succeeding("list", "--json").json([RunFacts].self)
            #expect(runs.allSatisfy { ["succeeded", "failed", "stopped"].contains($0.state) }, "\(mutation): \(runs)")
            for name in ["one", "two"] { #expect(world.shared(name).count <= 1, "\(mutation): \(name) ran twice") }
        }
    }

    @Test(.enabled(if: RegistryServer.isWanted), arguments: rounds)
    func `with changed answers of a registry, each command ends with an error or a correct result`(_ round: UInt64)
        async throws
    {
        let registry = try await RegistryServer()
        let mutation = Mutation(seed: Self.seed &+ round, kind: 2)
        let proxy = try HostileProxy(to: .port(registry.port)) { mutation.change($0, &$1) }
        defer { proxy.stop() }
        let home = try MockHome()
        try home.folder.write(
            ".config/launch/launch-config.yaml",
            "registry: {type: local, uri: \"localhost:\(proxy.port)/team\"}\n")
        let image = "localhost:\(proxy.port)/team/train"
        for tag in ["v1", "v2@sha256:" + String(repeating: "0", count: 64), "latest"] {
            let answer = try await run(
                ["plan", "-r", "local-docker", "--image", "\(image):\(tag)"], home,
                ["DOCKER_HOST": "unix:///none.sock"], mutation)
            // The image does not exist, so a plan must not find it.
            #expect(answer.code != 0 || answer.output.contains("is not in the registry"), "\(mutation): \(answer)")
        }
    }

    /// Runs a command through the proxy, and checks the conditions that hold for all replies.
    private func run(
        _ words: [String], _ home: some ProgramHome, _ setting: [String: String], _ mutation: Mutation
    ) async throws -> Answer {
        mutation.begin(words.joined(separator: " "))
        // A command is killed after 200 s. The signal makes the hang visible.
        let answer = try await home.launch(words, setting: setting)
        #expect(
            Self.codes.contains(answer.code), "launch \(words.joined(separator: " ")) behind \(mutation): \(answer)")
        #expect(!answer.errors.contains("fault of launch itself"), "\(mutation): \(answer)")
        return answer
    }
}

/// Changes some replies of one round, and records the changes.
private final class Mutation: Sendable, CustomStringConvertible {
    private struct State {
        var random: SeededRandom
        var left = 0
        var story: [String] = []
    }

    private let seed: UInt64
    private let state: Mutex<State>

    /// The changes of one round. `kind` separates the rounds of different servers.
    init(seed: UInt64, kind: UInt64 = 0) {
        self.seed = seed
        state = Mutex(State(random: SeededRandom(seed: seed &+ kind &* 1_000_000_007)))
    }

    /// Begins a command, for which up to six replies are changed. Without this limit an agent would retry without end.
    func begin(_ command: String) {
        state.withLock { state in
            state.left = 6
            state.story.append("[\(command)]")
        }
    }

    func change(_ request: TestRequest, _ answer: inout ProxiedAnswer) {
        state.withLock { state in
            guard state.left > 0, !state.random.oneIn(3) else { return }
            state.left -= 1
            let words = Self.changed(&answer, &state.random)
            let target = request.header("X-Amz-Target") ?? String(request.target.prefix(80))
            state.story.append("\(request.method) \(target): \(words)")
        }
    }

    private static func changed(_ answer: inout ProxiedAnswer, _ random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0 where answer.status != 404:
            // Never 404, because the program must believe that the object is gone, and then leaves it there.
            answer.status =
                [100, 204, 206, 301, 400, 401, 403, 409, 429, 500, 503, 599].randomElement(using: &random) ?? 500
            return "status \(answer.status)"
        case 1:
            let value = ExtremeNumbers.text.randomElement(using: &random)?.filter { $0 != "\u{0}" } ?? ""
            let name =
                ["Retry-After", "x-amz-retry-after", "Date", "Docker-Content-Digest", "Api-Version", "Content-Range"]
                .randomElement(using: &random) ?? "Date"
            answer.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            answer.headers.append((name, value))
            return "\(name): \(value)"
        case 2:
            let count = Int.random(in: 0...max(0, answer.body.count), using: &random)
            let forms: [ProxiedAnswer.Delivery] = [
                .announcing(.max), .announcing(Int64(count)), .brokenChunks, .cut(after: count),
                .stalled(after: count, seconds: 2),
            ]
            answer.delivery = forms.randomElement(using: &random) ?? .brokenChunks
            return "\(answer.delivery)"
        default:
            let mutator = BodyMutator.allCases.randomElement(using: &random) ?? .number
            let (bytes, words) = mutator.mutate(answer.body, &random)
            answer.body = bytes
            return words
        }
    }

    var description: String {
        let story = state.withLock { $0.story.suffix(40).joined(separator: "\n  ") }
        return "LAUNCH_MUTATION_SEED=\(seed) LAUNCH_MUTATION_ROUNDS=1\n  \(story)"
    }
}
