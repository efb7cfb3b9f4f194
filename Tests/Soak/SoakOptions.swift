/// What one run of the soak does.
struct SoakOptions: Sendable {
    /// The command line is wrong.
    struct Misuse: Error {
        let what: String
    }

    /// The path of the `launch` program.
    let program: String
    /// Whether single runs are interrupted at each step, instead of many runs at any time.
    let isCrash: Bool
    var usesPostgres = true
    var seed = UInt64.random(in: 1...999_999)
    var jobs = 5000
    var agents = 4
    /// `max_jobs` of each agent.
    var slots = 64
    var kills = 500

    init(_ words: [String]) throws(Misuse) {
        guard words.count >= 2, ["soak", "crash"].contains(words[1]) else {
            throw Misuse(what: "usage: launch-soak PROGRAM soak | crash [OPTIONS]")
        }
        program = words[0]
        isCrash = words[1] == "crash"
        var rest = words.dropFirst(2)
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Misuse(what: "\(option) needs a value") }
            switch option {
            case "--store":
                guard ["sqlite", "postgres"].contains(value) else { throw Misuse(what: "no store '\(value)'") }
                usesPostgres = value == "postgres"
            case "--seed": seed = try Self.number(value, of: option, in: 0...UInt64.max)
            case "--jobs": jobs = Int(try Self.number(value, of: option, in: 1...1_000_000))
            case "--agents": agents = Int(try Self.number(value, of: option, in: 1...64))
            case "--slots": slots = Int(try Self.number(value, of: option, in: 1...10_000))
            case "--kills": kills = Int(try Self.number(value, of: option, in: 1...1_000_000))
            default: throw Misuse(what: "unknown option: \(option)")
            }
        }
    }

    private static func number(
        _ text: String, of option: String, in range: ClosedRange<UInt64>
    ) throws(Misuse) -> UInt64 {
        guard let number = UInt64(text), range.contains(number) else {
            throw Misuse(what: "\(option) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
