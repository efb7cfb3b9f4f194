/// A parser of outside data, with properties that hold for every input.
///
/// An input is a finding if it breaks a property, traps, or takes longer than 5 s. Errors that the parser throws are
/// not findings.
public struct FuzzTarget: Sendable {
    /// The name of the target, and of its corpus folder below `Tests/Fuzz/Corpus`.
    public let name: String
    /// The name of the dictionary below `Tests/Fuzz/Dictionaries`, without its extension; nil for none.
    public let dictionary: String?
    /// The longest useful input, in bytes.
    public let maxLength: Int
    /// Passes one input to the parser and checks the properties.
    public let run: @Sendable ([UInt8]) -> Void

    init(
        _ name: String, dictionary: String? = nil, maxLength: Int = 4096,
        run: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.name = name
        self.dictionary = dictionary
        self.maxLength = maxLength
        self.run = run
    }

    /// A target that takes text. Invalid UTF-8 is replaced.
    static func text(
        _ name: String, dictionary: String? = nil, maxLength: Int = 4096,
        run: @escaping @Sendable (String) -> Void
    ) -> FuzzTarget {
        FuzzTarget(name, dictionary: dictionary, maxLength: maxLength) { run(String(decoding: $0, as: UTF8.self)) }
    }

    /// All targets, in the order of their modules.
    public static let all =
        documents + values + sources + builds + images + engine + registry + awsConfiguration + awsAnswers + sageMaker
        + localDocker + clusters + console

    /// The target with that name.
    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Ends the process if a property does not hold. libFuzzer then stores the input.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, line: UInt = #line, file: StaticString = #fileID) {
    if !holds { fatalError("broken property: \(property())", file: file, line: line) }
}

/// The parts of an input before and after the first zero byte. Without one, the second is empty.
func halves(of text: String) -> (String, String) {
    let bytes = Array(text.utf8)
    guard let zero = bytes.firstIndex(of: 0) else { return (text, "") }
    return (String(decoding: bytes[..<zero], as: UTF8.self), String(decoding: bytes[(zero + 1)...], as: UTF8.self))
}
