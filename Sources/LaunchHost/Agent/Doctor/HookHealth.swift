/// Checks the hooks of a configuration and their deliveries. It sends nothing: 'launch hooks test' does.
struct HookHealth {
    let config: LaunchConfig
    let variables: [String: String]

    /// One result for each hook of the configuration.
    func findings(_ store: Store?) async -> [HealthCheck] {
        guard !config.hooks.isEmpty else { return [] }
        // A viewer of a shared store may not read the deliveries.
        let summaries = (try? await store?.hookSummaries()) ?? []
        return config.hooks.map { settings in
            finding(settings, summaries.first { $0.hook == settings.name })
        }
    }

    private func finding(_ settings: HookSettings, _ summary: HookSummary?) -> HealthCheck {
        let what = "hook \(settings.name)"
        do throws(LaunchError) {
            _ = try HookTransport.Hook(settings, variables: variables, document: config.document)
        } catch {
            return HealthCheck(what, error)
        }
        guard let summary else { return HealthCheck(.ok, what, "no delivery yet") }
        let counts = "\(summary.delivered) delivered, \(summary.pending) pending, \(summary.givenUp) given up"
        if let error = summary.error, summary.pending + summary.givenUp > 0 {
            return HealthCheck(
                .warn, what, "\(counts): \(error)", hint: "Try it: launch hooks test \(settings.name)")
        }
        if let state = BudgetState.all(of: settings, summary).first(where: { $0.limit == nil }) {
            return HealthCheck(
                .warn, what, "\(counts): costs are not counted, because no budget is in their currency: \(state.words)",
                hint: "Add a budget in \(state.currency) to 'on': budget > AMOUNT \(state.currency)")
        }
        return HealthCheck(.ok, what, counts)
    }
}
