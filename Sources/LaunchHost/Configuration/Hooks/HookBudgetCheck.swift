/// Warns about budgets of hooks that are never exceeded, because no run has a cost.
struct HookBudgetCheck {
    private let config: LaunchConfig
    private let known: KnownKeys

    init(_ config: LaunchConfig, _ known: KnownKeys) { (self.config, self.known) = (config, known) }

    /// One warning for each hook with a budget. If one of several runners reports costs, there is none.
    var warnings: [Diagnostic] {
        let blocks = [config.runner].compactMap(\.self) + config.runners
        let hasCosts = blocks.contains { capabilities($0.type)?.reportsCosts($0.options) == true }
        guard !hasCosts, let document = config.document else { return [] }
        let path = FieldPath().appending("hooks")
        return config.hooks.enumerated().filter { !$0.element.budgets.isEmpty }.map { index, hook in
            let place = path.appending(index: index).appending("on")
            return document.diagnostic(
                .warning, "the hook \(Wording.quoted(hook.name)) has a budget, and no run has a cost",
                hint: hint(blocks),
                at: document.mark(at: place), path: place)
        }
    }

    private func hint(_ blocks: [LaunchConfig.Block]) -> String {
        for block in blocks {
            if case .field(let name) = capabilities(block.type)?.costs { return "give the runner '\(name)'" }
        }
        for type in known.types(.runner) {
            guard case .field(let name) = capabilities(type)?.costs else { continue }
            return "a runner '\(type)' reports costs if it has '\(name)': runner: {type: \(type), \(name): ...}"
        }
        return "remove the budget"
    }

    private func capabilities(_ type: String) -> Capabilities? { known.declaration(.runner, type)?.capabilities }
}
