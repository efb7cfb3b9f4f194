/// A parser of outside data, with the properties that hold for every input.
///
/// An input that breaks a property, traps or takes longer than 5 s is a finding. Errors that a parser throws are not.
public struct FuzzTarget: Sendable {
    /// The name: the folder of the corpus below `Tests/Fuzz/Corpus`.
    public let name: String
    /// The name of the dictionary below `Tests/Fuzz/Dictionaries`, without its extension; nil for none.
    public let dictionary: String?
    /// The longest input in bytes that is worth a try.
    public let maxLength: Int
    /// Gives one input to the parser and checks the properties.
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

    /// A target that takes text: bytes that are not UTF-8 are replaced.
    static func text(
        _ name: String, dictionary: String? = nil, maxLength: Int = 4096,
        run: @escaping @Sendable (String) -> Void
    ) -> FuzzTarget {
        FuzzTarget(name, dictionary: dictionary, maxLength: maxLength) { run(String(decoding: $0, as: UTF8.self)) }
    }

    /// All targets, in the order of their layers.
    public static let all =
        documents + values + sources + images + engine + registry + awsConfiguration + awsAnswers + sageMaker
        + localDocker + console

    /// The target of that name.
    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Ends the process where a property does not hold. libFuzzer then keeps the input.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, line: UInt = #line, file: StaticString = #fileID) {
    if !holds { fatalError("broken property: \(property())", file: file, line: line) }
}

/// The two parts of an input on both sides of the first zero byte; the second is empty without one.
func halves(of text: String) -> (String, String) {
    let bytes = Array(text.utf8)
    guard let zero = bytes.firstIndex(of: 0) else { return (text, "") }
    return (String(decoding: bytes[..<zero], as: UTF8.self), String(decoding: bytes[(zero + 1)...], as: UTF8.self))
}
