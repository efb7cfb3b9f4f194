/// The rules for names of queues and jobs.
package enum Names {
    /// Refuses a name that is not 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.
    package static func check(_ name: String, of thing: String) throws(StoreError) {
        guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}/) != nil else {
            throw StoreError(
                .invalid, "'\(name)' cannot be the name of a \(thing).",
                hint: "Use 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.")
        }
    }

    /// Refuses a name that is not valid for a project.
    static func check(project: String) throws(StoreError) {
        guard let why = NameGrammar.fault(in: project) else { return }
        throw StoreError(
            .invalid, "The project \(Wording.quoted(project)) \(why).", hint: NameGrammar.hint)
    }

    /// Refuses a name that is not valid as an alias of a job's version, or that only the store assigns.
    package static func check(alias: String) throws(StoreError) {
        guard alias.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/) != nil else {
            throw StoreError(
                .invalid, "'\(alias)' cannot be an alias of a job.",
                hint: "Use 1 to 128 letters, digits, '.', '_' and '-', not beginning with '.' or '-'.")
        }
        guard alias != JobReference.latest, alias.wholeMatch(of: /v[0-9]+/) == nil else {
            throw StoreError(
                .invalid, "The alias '\(alias)' is assigned by the program: 'latest' and 'v1', 'v2', … name versions.")
        }
    }
}
