internal import LaunchConfiguration
internal import LaunchPluginKit

/// The cases for the declaration of a plugin of any role.
struct Declarations {
    /// A catalog with only this plugin. The host's own code reads the declaration through it.
    private let catalog: PluginCatalog

    init(_ plugin: Plugin<any Environment>) {
        catalog = PluginCatalog(environments: [plugin], registries: [], builders: [], runners: [])
    }

    init(_ plugin: Plugin<any Registry>) {
        catalog = PluginCatalog(environments: [], registries: [plugin], builders: [], runners: [])
    }

    init(_ plugin: Plugin<any Builder>) {
        catalog = PluginCatalog(environments: [], registries: [], builders: [plugin], runners: [])
    }

    init(_ plugin: RunnerPlugin) {
        catalog = PluginCatalog(environments: [], registries: [], builders: [], runners: [plugin])
    }

    func run(into report: inout Report) async {
        for declaration in catalog.declarations {
            await report.check("declares a type, a summary and an example") { try names(declaration) }
            await report.check("every field has a help line and a snake_case name") { try fields(declaration) }
            await report.check("every example is a valid configuration, and an unknown key is rejected") {
                try examples(declaration)
            }
        }
        for runner in catalog.runners {
            await report.check("the default template is a valid queue file") {
                _ = try QueueFile(
                    Document(text: runner.defaultTemplate, name: "the default template", kind: .invalid),
                    runner: runner)
            }
        }
    }

    private func names(_ declaration: PluginCatalog.Declaration) throws {
        try require(declaration.type.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "the type is '\(declaration.type)'")
        try require(!declaration.summary.isEmpty, "there is no summary")
        try require(!declaration.examples.isEmpty, "there is no example")
    }

    private func fields(_ declaration: PluginCatalog.Declaration) throws {
        for row in Field.rows(declaration.fields + (declaration.template ?? declaration.ownKeys ?? [])) {
            try require(!row.field.help.isEmpty, "\(row.path) has no help")
            try require(
                row.field.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "'\(row.path)' is not in snake_case")
        }
    }

    private func examples(_ declaration: PluginCatalog.Declaration) throws {
        for example in declaration.examples {
            try read(declaration.configText(ofExample: example))
        }
        let wrong = "\(declaration.role.rawValue): {type: \(declaration.type), no_such_key: 1}"
        let isRefused = (try? read(wrong)) == nil
        try require(isRefused, "'\(wrong)' is accepted")
    }

    private func read(_ text: String) throws {
        do throws(LaunchError) {
            _ = try LaunchConfig(Document(text: text, name: "example"), catalog: catalog)
        } catch {
            let details = error.diagnostics.map { "\($0.message)" }.joined(separator: "; ")
            throw Broken("\(error.message) \(details) in: \(text)")
        }
    }
}
