internal import LaunchConsole
internal import LaunchHost
internal import LaunchSystemLibraries

/// `launch version`
enum VersionCommand {
    private struct Result: Encodable {
        var version: String
        var compiler = "Swift \(SystemLibrary.compiler)"
        var libraries = SystemLibrary.all
    }

    static func command(_ version: String, of name: String) -> Command {
        Command(
            "version", summary: "Print the version, and with --verbose those of the system's libraries",
            discussion: """
                The libraries are the system's own and are loaded when the program starts. The list names the loaded \
                version, the version of the headers if it differs, and the source package of Debian and Ubuntu, under \
                which distributions list vulnerabilities.
                """,
            examples: [
                Example("With all libraries", "launch version --verbose"),
                Example("For scripts", "launch version --json | jq -r '.libraries[] | .package + \" \" + .version'"),
            ]
        ) { arguments, terminal in
            let result = Result(version: version)
            if arguments.flag(GlobalOptions.json) {
                try terminal.out(json: try JSON.pretty(result))
                return .ok
            }
            try terminal.out("\(name) \(version)")
            guard arguments.count(GlobalOptions.verbose) > 0 else { return .ok }
            try terminal.out("compiled with \(result.compiler)")
            var table = Table([
                Table.Column("LIBRARY", mayTruncate: false), Table.Column("VERSION", mayTruncate: false),
                Table.Column("COMPILED WITH"), Table.Column("PACKAGE", mayTruncate: false),
            ])
            for library in result.libraries {
                table.add([
                    Table.Cell(library.name), Table.Cell(library.version), Table.Cell(library.compiledWith ?? ""),
                    Table.Cell(library.package),
                ])
            }
            try terminal.out(table, isPart: true)
            return .ok
        }
    }
}
