internal import LaunchHost

/// The cases that look at what a plugin declares.
struct Declarations {
    let plugin: RunnerPlugin

    func run(into report: inout Report) async {
        await report.check("declares a type, a summary and an example") {
            try require(plugin.base.type.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "the type is '\(plugin.base.type)'")
            try require(!plugin.base.summary.isEmpty, "there is no summary")
            try require(!plugin.base.examples.isEmpty, "there is no example")
        }
        await report.check("every field has a help line and a snake_case name") {
            for field in plugin.base.fields + (plugin.template ?? []) {
                try require(!field.help.isEmpty, "\(field.name) has no help")
                try require(field.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "'\(field.name)' is not snake_case")
            }
        }
    }
}
