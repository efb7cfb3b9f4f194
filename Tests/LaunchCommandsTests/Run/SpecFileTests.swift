import Foundation
import LaunchConsole
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct SpecFileTests {
    @Test(arguments: [
        ("overrides: {run_config: {lr: 1}}", "its members are at the top level here"),
        ("run_config: {lr: 1}", "write it as params"), ("docker: {docker_image: a}", "write image: URI"),
        ("template_variables: {a: 1}", "write it as set_vars"), ("parms: {lr: 1}", "did you mean \"params\"?"),
    ])
    func `W&B's keys are reported at their positions, with the names to use here`(_ line: String, _ advice: String)
        async throws
    {
        var desk = try Desk()
        desk.catalog = LocalRehearser.catalog
        _ = await desk.run("queue create far -r mock")
        let file = try desk.folder.write("spec.yaml", "queue: far\nimage: busybox:1\n\(line)\n")
        let answer = await desk.run("plan --offline --spec \(file)")
        #expect(answer.code == .invalidData)
        #expect(answer.errors.contains("spec.yaml:3:1: ") && answer.errors.contains(advice), "\(answer.errors)")
    }
}
