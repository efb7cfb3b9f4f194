internal import CPCRE2
internal import Glibc

/// A regular expression, by PCRE2, whose search in a line ends in any case: a pattern that goes back and forth without
/// end costs a limited time, never hours.
///
/// The library scans a line once where that is safe, with its compiled code and all its shortcuts. Its limits count the
/// steps from one place of a line, and it has no clock. So a search that begins at many places is done in parts that grow
/// while they are fast, with a look at the clock after each.
///
/// Not Swift's `Regex`, which has no limit. Every unsafe part of the library's use stands in this file.
public final class Pattern {
    /// Why a text is no regular expression, in the library's words, with the place.
    public struct Wrong: Error, CustomStringConvertible {
        /// The words.
        public let description: String
    }

    /// What a search came to.
    public enum Search: Sendable, Equatable {
        /// The text of the first group in the last match; nil where there is no match, or the group took no part in it.
        case ended(String?)
        /// It was given up.
        case tookTooLong
    }

    // Pointers, because the library keeps its values behind them; owned by this value alone.
    private let code: OpaquePointer
    private let matchData: OpaquePointer
    private let context: OpaquePointer
    /// Memory for the compiled code; nil where there is none, and the library interprets the pattern.
    private let stack: OpaquePointer?
    /// Whether a match can begin only at the place where the search begins, or after a line break: it begins with `.*`
    /// or `^`.
    private let isAnchored: Bool

    /// How many groups capture.
    public let groups: Int

    /// Compiles a pattern.
    public init(_ pattern: String) throws(Wrong) {
        var number: Int32 = 0
        var place = 0
        let options =
            PCRE2_UTF | PCRE2_UCP | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_USE_OFFSET_LIMIT)
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &number, &place, nil) else {
            throw Wrong(description: "\(Self.words(number)), at byte \(place)")
        }
        guard let matchData = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else {
            // It fails only where there is no memory left, as Swift's own allocations do.
            fatalError("PCRE2 has no memory")
        }
        pcre2_set_match_limit_8(context, Self.steps)
        pcre2_set_depth_limit_8(context, Self.steps)
        pcre2_set_heap_limit_8(context, Self.kibibytes)
        // Processors and systems that do not allow compiled code are left to the interpreter.
        if pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE)) == 0 {
            stack = pcre2_jit_stack_create_8(32 << 10, Self.stackBytes, nil)
            if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
        } else {
            stack = nil
        }
        var count: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        var first: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_FIRSTCODETYPE), &first)
        var all: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_ALLOPTIONS), &all)
        isAnchored = first == 2 || all & PCRE2_ANCHORED != 0
        if isAnchored { pcre2_set_match_limit_8(context, Self.anchoredSteps) }
        self.code = code
        self.matchData = matchData
        self.context = context
        groups = Int(count)
    }

    deinit {
        pcre2_match_context_free_8(context)
        if let stack { pcre2_jit_stack_free_8(stack) }
        pcre2_match_data_free_8(matchData)
        pcre2_code_free_8(code)
    }

    /// The most steps from one place of a line. Going back over the longest line, which has 64 KiB, takes 130,000.
    private static let steps: UInt32 = 1_000_000
    /// The same for a pattern that is tried at one place of a line only.
    private static let anchoredSteps: UInt32 = 5_000_000
    private static let kibibytes: UInt32 = 20 << 10
    private static let stackBytes = 8 << 20
    /// How many places the first part of a search has. A part that takes less than `fast` nanoseconds is followed by one
    /// that is `growth` times as long.
    private static let places = 64
    private static let growth = 4
    private static let fast: Int64 = 1_000_000

    /// Searches a line for all matches, one after the other.
    /// - Parameter time: what the search may take; what it took is taken off.
    public func lastGroup(in line: String, _ time: inout SearchTime) -> Search {
        var line = line
        return line.withUTF8 { bytes in
            // An empty line has no address, and the library asks for one.
            guard let base = bytes.baseAddress else { return withUnsafeTemporaryByte { search($0, 0, &time) } }
            return search(base, bytes.count, &time)
        }
    }

    /// The same for one line alone, with the time that a search has at its start.
    public func lastGroup(in line: String) -> Search {
        var time = SearchTime()
        return lastGroup(in: line, &time)
    }

    private func withUnsafeTemporaryByte<T>(_ body: (UnsafePointer<UInt8>) -> T) -> T {
        withUnsafePointer(to: UInt8(0), body)
    }

    private func search(_ line: UnsafePointer<UInt8>, _ count: Int, _ time: inout SearchTime) -> Search {
        // A line has no line break, so an anchored pattern is tried once and needs no parts.
        let isWhole = isAnchored && memchr(line, Int32(UInt8(ascii: "\n")), count) == nil
        var places = isWhole ? count : Self.places
        var last: String?
        var start = 0
        while start <= count {
            let began = SearchTime.now()
            let limit = places >= count - start ? count : start + places
            pcre2_set_offset_limit_8(context, limit)
            // A text of Swift's is always valid UTF-8, so the library need not look.
            let result = pcre2_match_8(code, line, count, start, PCRE2_NO_UTF_CHECK, matchData, context)
            let took = SearchTime.now() - began
            time.take(took)
            if result == PCRE2_ERROR_NOMATCH {
                guard limit < count else { return .ended(last) }
                start = Self.character(atOrBehind: limit + 1, line, count)
                if took < Self.fast, places <= count { places *= Self.growth }
            } else if result > 0 {
                guard let places = pcre2_get_ovector_pointer_8(matchData) else { return .ended(last) }
                last = result > 1 ? Self.text(line, places[2], places[3]) : nil
                // After a match of nothing, or one that \K begins after its end, the search goes on a character later.
                start =
                    places[1] > max(start, places[0])
                    ? places[1] : Self.character(atOrBehind: max(start, places[1]) + 1, line, count)
            } else {
                return .tookTooLong
            }
            if start <= count, time.isUsedUp { return .tookTooLong }
        }
        return .ended(last)
    }

    private static func text(_ line: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> String? {
        guard from != launch_pcre2_unset(), from <= to else { return nil }
        return String(decoding: UnsafeBufferPointer(start: line + from, count: to - from), as: UTF8.self)
    }

    /// The first place from there on that is not amid a character.
    private static func character(atOrBehind place: Int, _ line: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var place = place
        while place < count, line[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }

    private static func words(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(number, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(number)"
    }
}
