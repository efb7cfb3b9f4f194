import LaunchConformance
import LaunchLocalDocker
import Testing

struct LocalEnvironmentTests {
    @Test func `the environment local conforms`() async {
        let report = await EnvironmentConformance(
            EnvironmentFixture(plugin: LocalEnvironment.plugin, makeEnvironment: { LocalEnvironment() })
        ).run()
        #expect(report.isConforming)
    }
}
