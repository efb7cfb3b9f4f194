/// One event of a stub's log stream.
public struct StubLogEvent: Sendable {
    /// The time of the output, in milliseconds since 1970.
    public var time: Int64
    /// The time of its ingestion, in milliseconds since 1970.
    public var ingested: Int64
    /// The output.
    public var message: String
    /// The delay after ingestion before it is readable, in milliseconds.
    public var hidden: Int64

    /// Without `ingested`, the event is ingested at once.
    public init(_ message: String, time: Int64, ingested: Int64? = nil, hidden: Int64 = 0) {
        self.time = time
        self.ingested = ingested ?? time
        self.message = message
        self.hidden = hidden
    }
}

/// A stream of the stub: stored events, or a rule that generates them, so that any number needs no memory.
struct StubLogStream: Sendable {
    /// The position of an event among all events of its group.
    struct Key: Sendable, Comparable {
        var time: Int64
        var ingested: Int64
        /// The index of the stream, and of the event in it.
        var stream: Int
        var number: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.time, one.ingested, one.stream, one.number)
                < (other.time, other.ingested, other.stream, other.number)
        }
    }

    typealias Rule = @Sendable (Int) -> StubLogEvent

    /// In order of creation, from 0.
    let index: Int
    let created: Int64
    private var kept: [(key: Key, event: StubLogEvent)] = []
    private var count = 0
    private let rule: Rule?

    init(index: Int, created: Int64, count: Int = 0, rule: Rule? = nil) {
        self.index = index
        self.created = created
        self.count = count
        self.rule = rule
    }

    var size: Int { rule == nil ? kept.count : count }

    mutating func add(_ event: StubLogEvent) {
        let key = Key(time: event.time, ingested: event.ingested, stream: index, number: count)
        count += 1
        kept.insert((key, event), at: first { $0 > key })
    }

    func item(_ position: Int) -> (key: Key, event: StubLogEvent) {
        guard let rule else { return kept[position] }
        let event = rule(position)
        return (Key(time: event.time, ingested: event.ingested, stream: index, number: position), event)
    }

    /// The first position whose key passes. Keys are sorted.
    func first(where passes: (Key) -> Bool) -> Int {
        var (low, high) = (0, size)
        while low < high {
            let middle = (low + high) / 2
            if passes(item(middle).key) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension StubLogStream.Key {
    /// The text in tokens and, with 56 digits, in event IDs.
    var text: String { "\(time).\(ingested).\(stream).\(number)" }

    init?(_ text: Substring) {
        let parts = text.split(separator: ".").compactMap { Int64($0) }
        guard parts.count == 4 else { return nil }
        self.init(time: parts[0], ingested: parts[1], stream: Int(parts[2]), number: Int(parts[3]))
    }

    var eventID: String {
        let digits = [(time, 19), (Int64(stream), 15), (Int64(number), 22)].map { value, width in
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "3" + digits.joined().dropFirst()
    }
}
