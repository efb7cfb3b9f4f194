import LaunchHost
import LaunchMock
import TestSupport
import Testing

@Suite struct ContractTests {
    private func runner(_ contract: Int) -> RunnerPlugin {
        var runner = MockPlugins.runner
        runner.base.contract = contract
        return runner
    }

    private func backends(_ runner: RunnerPlugin) throws -> Backends {
        let catalog = PluginCatalog(
            environments: [MockPlugins.environment], registries: [MockPlugins.registry],
            builders: [MockPlugins.builder], runners: [runner])
        let text = "environment: {type: mock}\nregistry: {type: mock}\nbuilder: {type: mock}\nrunner: {type: mock}\n"
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        return try Backends(config, catalog: catalog, variables: [:], log: .silent)
    }

    @Test(arguments: [PluginCatalog.contracts.lowerBound - 1, PluginCatalog.contracts.upperBound + 1])
    func `a plugin of another contract is refused at its block`(contract: Int) throws {
        let backends = try backends(runner(contract))
        let error = #expect(throws: LaunchError.self) { try backends.runner(for: "mock") }
        #expect(error?.kind == .configuration)
        let text = error?.diagnostics.map(\.message).joined(separator: "\n") ?? ""
        #expect(text.contains("contract \(contract)"), "\(text)")
        #expect(error?.diagnostics.first?.hint?.contains("newer version") == true)
    }

    @Test func `each contract that the program has is accepted`() throws {
        for contract in PluginCatalog.contracts { _ = try backends(runner(contract)).runner(for: "mock") }
    }

    @Test func `a plugin that names no contract has the current one`() {
        #expect(MockPlugins.runner.base.contract == PluginCatalog.contracts.upperBound)
    }
}
