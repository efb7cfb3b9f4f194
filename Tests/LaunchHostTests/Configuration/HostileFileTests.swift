import LaunchHost
import Testing

/// Hostile files: each is read or rejected with diagnostics, in bounded time.
@Suite struct HostileFileTests {
    private struct Generator {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }

    private static let seed = """
        max_jobs: -1
        queues: [a, "b", &x c]
        builder: {type: docker, timeout: 10m, cache: {size: 8g}, build_args: {A: "${b}"}}
        registry:
          type: local
          uri: localhost:5000/x
          password: |
            text
        template_variables: {gpus: {type: integer, enum: [1, 2], default: 1}}
        environment: {type: aws, region: "{{gpus}}", other: *x}
        """

    @Test(arguments: 0..<8) func `every mutation ends in diagnostics inside the file`(_ round: Int) {
        var generator = Generator(state: UInt64(round) &* 977 &+ 5)
        let alphabet = Array("\t\n\r {}[]:,-&*!|>'\"%@`#<?~0x9.\\é\u{2028}\u{0}".utf8) + [0xFF, 0xC3]
        for _ in 0..<150 {
            var bytes = Array(Self.seed.utf8)
            for _ in 0...generator.next(below: 6) {
                let place = generator.next(below: bytes.count)
                switch generator.next(below: 3) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(alphabet[generator.next(below: alphabet.count)], at: place)
                default: bytes[place] = alphabet[generator.next(below: alphabet.count)]
                }
            }
            let lines = bytes.count { $0 == 10 || $0 == 13 } + 10
            for diagnostic in diagnostics(bytes) {
                #expect(!diagnostic.message.isEmpty && (1...lines).contains(diagnostic.line ?? 1))
                #expect(!DiagnosticRenderer().render(diagnostic).isEmpty)
            }
        }
    }

    private func diagnostics(_ bytes: [UInt8]) -> [Diagnostic] {
        do {
            let document = try Document(parsing: bytes, name: "f")
            let queue = Result { try QueueFile(document, runner: Fake.container) }
            let config = Result { try LaunchConfig(document, catalog: Fake.catalog) }
            return [queue.error, config.error].flatMap { $0?.diagnostics ?? [] }
        } catch { return error.diagnostics }
    }

    /// A case computes its text in the test, because the test runner prints arguments.
    enum Long: CaseIterable {
        case word, zeros, noColon, secrets, queues, macros, variables, digits, keys

        var text: String {
            switch self {
            case .word: "a: " + String(repeating: "x", count: 1 << 20)
            case .zeros: "a: " + String(repeating: "0", count: 1 << 20)
            case .noColon: String(repeating: "a", count: 1 << 20)
            case .secrets: "a: [" + String(repeating: "password:", count: 1 << 16)
            case .queues: "queues: [" + String(repeating: "a,", count: 20_000) + "]"
            case .macros: "queues: ['" + String(repeating: "${", count: 1 << 16) + "', '']"
            case .variables: "a: '" + String(repeating: "{{", count: 1 << 16) + "'"
            case .digits: "max_jobs: " + String(repeating: "9", count: 1 << 18)
            case .keys: (0..<5_000).map { "key\($0): 1\n" }.joined()
            }
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: Long.allCases) func `long files are read or rejected in bounded time`(
        _ long: Long
    ) {
        #expect(!diagnostics(Array(long.text.utf8)).isEmpty)
    }
}

extension Result {
    fileprivate var error: LaunchError? {
        if case .failure(let error) = self { error as? LaunchError } else { nil }
    }
}
