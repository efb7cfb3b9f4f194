/// Builds a tree from the parser's events, within limits. It collects constructs that YAML allows but this program does
/// not.
struct TreeBuilder {
    /// A mistake after which reading continues.
    struct Problem {
        package var message: String
        package var hint: String?
        var mark: Mark
    }

    /// A mistake without a usable tree.
    enum Fault: Error {
        case syntax(YAMLEvents.Fault)
        case limit(Problem)
    }

    /// The maximum depth of nested lists and mappings.
    static let depthLimit = 100
    /// The maximum number of keys and values of a document after its aliases are expanded.
    static let sizeLimit = 200_000

    private struct Anchored {
        var node: ConfigNode
        package var size: Int
        var height: Int
    }

    private(set) var problems: [Problem] = []
    /// Whether the text has a value: it is not empty, and not just `null`.
    private(set) var hasValue = true
    private let events: YAMLEvents
    private var anchors: [String: Anchored] = [:]
    private var openAnchors: Set<String> = []
    private var size = 0

    init(_ text: String) {
        events = YAMLEvents(text)
    }

    /// The tree of the text; an empty mapping if the text is empty.
    mutating func build() throws(Fault) -> ConfigNode {
        var root: ConfigNode?
        while true {
            let event = try next()
            switch event.kind {
            case .streamEnd:
                if let root, !root.isNull { return root }
                hasValue = false
                return .empty(at: Mark(line: 1, column: 1))
            case .documentStart:
                guard root == nil else {
                    throw .limit(
                        Problem(
                            message: "a second document begins here; one file holds one document",
                            hint: "remove the \"---\" or put what follows into a file of its own", mark: event.mark))
                }
                root = try node(from: try next(), depth: 0)
            default: break
            }
        }
    }

    private func next() throws(Fault) -> YAMLEvents.Event {
        do { return try events.next() } catch { throw .syntax(error) }
    }

    private mutating func node(from event: YAMLEvents.Event, depth: Int) throws(Fault) -> ConfigNode {
        try check(depth: depth, at: event.mark)
        let before = size
        try charge(1, at: event.mark)
        switch event.kind {
        case .alias(let name):
            return try expand(name, at: event.mark, depth: depth)
        case .scalar(let text, let plain, let decoration):
            note(decoration, at: event.mark)
            if plain, decoration.tag == nil, let problem = Scalar.problem(ofPlain: text) {
                self.note(problem.message, problem.hint, at: event.mark)
            }
            let node = ConfigNode(.scalar(text, plain: plain), at: event.mark)
            keep(node, as: decoration.anchor, size: 1)
            return node
        case .sequenceStart(let decoration):
            open(decoration, at: event.mark)
            let node = ConfigNode(.sequence(try items(depth: depth)), at: event.mark)
            keep(node, as: decoration.anchor, size: size - before)
            return node
        case .mappingStart(let decoration):
            open(decoration, at: event.mark)
            let node = ConfigNode(.mapping(try entries(depth: depth)), at: event.mark)
            keep(node, as: decoration.anchor, size: size - before)
            return node
        default:
            return .empty(at: event.mark)
        }
    }

    private mutating func items(depth: Int) throws(Fault) -> [ConfigNode] {
        var items: [ConfigNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(from: event, depth: depth + 1))
        }
    }

    private mutating func entries(depth: Int) throws(Fault) -> [ConfigNode.Entry] {
        var entries: [ConfigNode.Entry] = []
        var marks: [String: Mark] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return entries }
            let keyNode = try node(from: event, depth: depth + 1)
            let value = try node(from: try next(), depth: depth + 1)
            guard case .scalar(let key, let plain) = keyNode.content else {
                note(
                    "a list or a mapping cannot be a key",
                    "text with braces needs quotes: write \"{{name}}\" for a template variable", at: event.mark)
                continue
            }
            if key == "<<", plain {
                note("merge keys (\"<<\") are not supported", "write the keys out", at: event.mark)
            } else if let first = marks[key] {
                note(
                    "duplicate key \(Wording.quoted(key)); the first is at \(first)", "remove one of the two",
                    at: event.mark)
            } else {
                marks[key] = event.mark
                entries.append(ConfigNode.Entry(key, at: event.mark, value))
            }
        }
    }

    private func check(depth: Int, at mark: Mark) throws(Fault) {
        guard depth <= Self.depthLimit else {
            throw .limit(Problem(message: "lists and mappings nest more than \(Self.depthLimit) deep", mark: mark))
        }
    }

    private mutating func expand(_ name: String, at mark: Mark, depth: Int) throws(Fault) -> ConfigNode {
        guard let anchored = anchors[name], !openAnchors.contains(name) else {
            let inside = openAnchors.contains(name)
            throw .limit(
                Problem(
                    message: inside
                        ? "the alias *\(Wording.shortened(name)) is inside the value that it repeats"
                        : "the alias *\(Wording.shortened(name)) repeats nothing: no &\(Wording.shortened(name)) "
                            + "is before it",
                    hint: inside ? nil : "text that begins with \"*\" needs quotes", mark: mark))
        }
        try charge(anchored.size, at: mark)
        try check(depth: depth + anchored.height, at: mark)
        return anchored.node
    }

    /// An alias counts with its expanded size, so that ten lines cannot become a billion values.
    private mutating func charge(_ count: Int, at mark: Mark) throws(Fault) {
        size += count
        guard size <= Self.sizeLimit else {
            throw .limit(
                Problem(
                    message: "the document has more than \(Self.sizeLimit) values, its aliases expanded", mark: mark))
        }
    }

    private mutating func open(_ decoration: YAMLEvents.Decoration, at mark: Mark) {
        note(decoration, at: mark)
        if let anchor = decoration.anchor { openAnchors.insert(anchor) }
    }

    private mutating func keep(_ node: ConfigNode, as anchor: String?, size: Int) {
        guard let anchor else { return }
        openAnchors.remove(anchor)
        anchors[anchor] = Anchored(node: node, size: size, height: Self.height(node))
    }

    private static func height(_ node: ConfigNode) -> Int {
        switch node.content {
        case .scalar: 0
        case .sequence(let items): 1 + (items.map(height).max() ?? 0)
        case .mapping(let entries): 1 + (entries.map { height($0.value) }.max() ?? 0)
        }
    }

    private mutating func note(_ decoration: YAMLEvents.Decoration, at mark: Mark) {
        guard let tag = decoration.tag else { return }
        let short = tag.replacing("tag:yaml.org,2002:", with: "!!")
        note(
            "the tag \(Wording.shortened(short)) is not supported",
            "remove it; text in quotes is always text", at: mark)
    }

    private mutating func note(_ message: String, _ hint: String?, at mark: Mark) {
        // A document with a thousand mistakes does not need a thousand messages.
        guard problems.count < 100 else { return }
        problems.append(Problem(message: message, hint: hint, mark: mark))
    }
}
