extension String {
    /// The number of terminal columns of the text, which must not contain control characters.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text, shortened to the given number of columns; `mark` replaces the removed part.
    func truncated(to columns: Int, mark: Character) -> String {
        guard displayWidth > columns else { return self }
        guard columns > 0 else { return "" }
        var cut = ""
        var used = 0
        for character in self {
            let width = character.displayWidth
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

extension Character {
    /// Two for East Asian wide characters and emoji, otherwise one. Combining marks count with their base character.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.properties.isEmojiPresentation { return 2 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}
