import Foundation
import LaunchConsole

@main struct Main {
    static func main() async {
        let environment = ProcessInfo.processInfo.environment
        let program = Program(Sample.tree) { Program.Failure("\($0)", .internalFault) }
        let code = await program.run(
            Array(CommandLine.arguments.dropFirst()), environment: environment,
            terminal: .standard(environment: environment))
        exit(code.rawValue)
    }
}
