internal import Console
internal import FoundationEssentials
internal import Glibc
internal import LaunchCommands

let environment = ProcessInfo.processInfo.environment
let code = await LaunchProgram.make(catalog: catalog, version: "0.1.0").run(
    Array(CommandLine.arguments.dropFirst()), environment: environment, terminal: .standard(environment: environment))
exit(code.rawValue)
