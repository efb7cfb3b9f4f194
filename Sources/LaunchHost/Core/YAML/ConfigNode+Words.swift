extension ConfigNode {
    /// A description of this value, for messages: `the number 5`, `the text "no"`, `a list`.
    package var words: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, _):
            switch jsonValue {
            case .null: "nothing"
            case .bool(let flag): "\(flag)"
            case .integer, .number: "the number \(Wording.shortened(text))"
            default: "the text \(Wording.quoted(text))"
            }
        }
    }
}
