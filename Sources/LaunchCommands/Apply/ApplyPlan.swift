internal import LaunchConsole
internal import LaunchHost

/// What an apply changes in the store: one step for each queue.
struct ApplyPlan {
    /// What happens to a queue.
    enum Action: String, Encodable {
        case create, change, delete, unchanged

        /// The action after it was done.
        var done: String {
            switch self {
            case .create: "created"
            case .change: "changed"
            case .delete: "deleted"
            case .unchanged: "unchanged"
            }
        }
    }

    /// One queue.
    struct Step {
        let action: Action
        let name: String
        let resource: String
        /// The file; nil for a queue that is deleted.
        let file: String?
        /// The queue as its file describes it; nil for a queue that is deleted.
        let definition: QueueDefinition?
        let diff: UnifiedDiff
    }

    /// The steps: the files in their order, then the queues to delete by name.
    let steps: [Step]

    /// - Parameter isPruning: whether queues without a file are deleted.
    init(_ files: [QueueFiles.File], stored: [QueueRecord], isPruning: Bool) {
        let byName = Dictionary(stored.map { ($0.name, $0) }) { first, _ in first }
        var steps = files.map { Self.step($0, stored: byName[$0.definition.name]) }
        if isPruning {
            let named = Set(files.map(\.definition.name))
            steps += stored.filter { !named.contains($0.name) }.map { queue in
                Step(
                    action: .delete, name: queue.name, resource: queue.definition.resource, file: nil, definition: nil,
                    diff: UnifiedDiff(from: Self.text(of: queue.definition), to: ""))
            }
        }
        self.steps = steps
    }

    private static func step(_ file: QueueFiles.File, stored: QueueRecord?) -> Step {
        let new = file.definition
        let old = stored.map { text(of: $0.definition) } ?? ""
        let diff = UnifiedDiff(from: old, to: text(of: new))
        let isSame = stored.map { $0.damage == nil && $0.definition.means(theSameAs: new) } ?? false
        let action: Action = stored == nil ? .create : isSame && diff.lines.isEmpty ? .unchanged : .change
        return Step(
            action: action, name: new.name, resource: new.resource, file: file.path, definition: new, diff: diff)
    }

    /// The text of the queue's file; empty if it cannot be read. It has the keys `queue` and `resource`, so that a file
    /// without them does not differ.
    private static func text(of definition: QueueDefinition) -> String { (try? definition.exported) ?? "" }

    /// The steps that change the store.
    var changes: [Step] { steps.filter { $0.action != .unchanged } }

    /// The names of the queues to delete.
    var deleted: [String] { steps.filter { $0.action == .delete }.map(\.name) }

    /// The number of steps of each kind, as a sentence.
    var summary: String {
        let parts = [Action.create, .change, .delete].compactMap { action -> String? in
            let count = steps.count { $0.action == action }
            return count == 0 ? nil : "\(count) to \(action.rawValue)"
        }
        let same = steps.count { $0.action == .unchanged }
        let all = parts + (same == 0 && !parts.isEmpty ? [] : ["\(same) unchanged"])
        return "queues: \(all.joined(separator: ", "))"
    }

    /// Prints each change with its difference.
    func show(on terminal: Terminal) throws(OutputError) {
        for step in changes {
            try terminal.out("\(Styled("\(step.action.rawValue) \(step.name)", .bold)) (\(step.resource))")
            guard !step.diff.lines.isEmpty else { continue }
            try terminal.out("--- \(step.action == .create ? "nothing" : "the store: \(step.name)")")
            try terminal.out("+++ \(step.file ?? "nothing")")
            try terminal.out(step.diff.styled)
        }
    }
}

extension ApplyPlan: Encodable {
    private struct View: Encodable {
        let name: String
        let resource: String
        let action: Action
        let file: String?
        let diff: [String]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            steps.map { step in
                View(
                    name: step.name, resource: step.resource, action: step.action, file: step.file,
                    diff: step.diff.lines.map(\.printed))
            })
    }
}
