extension RunnerPlugin {
    /// Whether the template has text at a path, so that a number or Boolean of a template variable becomes text.
    package func wantsText(at path: FieldPath) -> Bool {
        guard let template else { return takesText(path) }
        guard case .member(let name)? = path.steps.first, let field = template.first(where: { $0.name == name }) else {
            return false
        }
        return field.kind.isText(at: path.steps.dropFirst())
    }
}

extension Field.Kind {
    /// Whether a value of this kind must be text at a path.
    package func isText(at steps: ArraySlice<FieldPath.Step>) -> Bool {
        switch (self, steps.first) {
        case (.string, nil), (.secret, nil), (.choice, nil): true
        case (.list(let kind), .item?), (.map(let kind), .member?): kind.isText(at: steps.dropFirst())
        case (.object(let fields), .member(let name)?):
            fields.first { $0.name == name }?.kind.isText(at: steps.dropFirst()) ?? false
        case (.either(let kinds), _):
            kinds.contains { $0.isText(at: steps) } && !kinds.contains { $0.isNumber(at: steps) }
        default: false
        }
    }

    /// Whether a value of this kind may be a number or a Boolean at a path.
    private func isNumber(at steps: ArraySlice<FieldPath.Step>) -> Bool {
        switch (self, steps.first) {
        case (.integer, nil), (.number, nil), (.boolean, nil), (.duration, nil), (.bytes, nil), (.any, _): true
        case (.list(let kind), .item?), (.map(let kind), .member?): kind.isNumber(at: steps.dropFirst())
        case (.either(let kinds), _): kinds.contains { $0.isNumber(at: steps) }
        default: false
        }
    }
}

extension RunnerPlugin.OptionPaths {
    /// The path of each option, or the option's own name if the template has no path for it.
    package var whole: (entryPoint: FieldPath, arguments: FieldPath, environment: FieldPath, runConfig: FieldPath) {
        (
            entryPoint ?? FieldPath([.member("entry_point")]), arguments ?? FieldPath([.member("args")]),
            environment ?? FieldPath([.member("env")]), runConfig ?? FieldPath([.member("params")])
        )
    }

    /// The words that `allow_overrides` accepts in addition to the keys of the template.
    package var words: [String] {
        [whole.entryPoint, whole.arguments, whole.environment, whole.runConfig].compactMap {
            if case .member(let name)? = $0.steps.first { name } else { nil }
        }
    }
}
