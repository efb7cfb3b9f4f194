internal import Foundation

/// The test function that calls the kit. A process of its own runs only this one.
struct TestPlace: Sendable {
    /// As `#function` gives it.
    let function: String
    /// As `#fileID` gives it: the module and the file.
    let file: String

    /// The pattern for `--filter`. Two files may have tests with the same name.
    var filter: String {
        // Without the list of parameters.
        let name = function.replacing("`", with: "").split(separator: "(").first.map(String.init) ?? function
        let file = self.file.split(separator: "/").last.map(String.init) ?? self.file
        return [name, file].map { NSRegularExpression.escapedPattern(for: $0) }.joined(separator: ".*/")
    }
}
