internal import LaunchPrintableText

extension String {
    /// The number of terminal columns of the text, which must not contain control characters.
    var displayWidth: Int { DisplayWidth.of(self) }

    /// The text, shortened to the given number of columns; `mark` replaces the removed part.
    func truncated(to columns: Int, mark: Character) -> String {
        guard displayWidth > columns else { return self }
        guard columns > 0 else { return "" }
        var cut = ""
        var used = 0
        for character in self {
            let width = DisplayWidth.of(character)
            guard used + width < columns else { break }
            cut.append(character)
            used += width
        }
        return cut + String(mark)
    }

    /// The text, padded with spaces on the right, or left, to the given number of columns.
    func padded(to columns: Int, onLeft: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, columns - displayWidth))
        return onLeft ? space + self : self + space
    }
}
