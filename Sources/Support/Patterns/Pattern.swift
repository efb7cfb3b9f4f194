internal import CLaunchPCRE2
internal import Glibc

/// A regular expression of PCRE2 with a time limit for its search in a line, even for a pattern that backtracks
/// exponentially.
///
/// If the time is bounded, PCRE2 scans a line in one call, with its JIT compiler and its optimizations. Its limits
/// count the steps from one start position, and it has no clock. So a search with many start positions runs in parts,
/// with a check of the clock after each part. While the parts are fast, they grow.
///
/// Swift's `Regex` has no limits, so it is not used here. This file contains all unsafe code for PCRE2.
public final class Pattern {
    /// Why a text is not a regular expression: PCRE2's message and the position.
    public struct Wrong: Error, CustomStringConvertible {
        /// PCRE2's message, with the position.
        public let description: String
    }

    /// The result of a search.
    public enum Search: Sendable, Equatable {
        /// The text of the first group in the last match; nil without a match, or if the group is not part of it.
        case ended(String?)
        /// The search exceeded its time.
        case tookTooLong
    }

    // PCRE2 allocates these. Only this value owns them.
    private let code: OpaquePointer
    private let matchData: OpaquePointer
    private let context: OpaquePointer
    /// The stack of the JIT compiler; nil if PCRE2 interprets the pattern.
    private let stack: OpaquePointer?
    /// Whether a match can begin only at the start position or after a line break, because the pattern begins with
    /// `.*` or `^`.
    private let isAnchored: Bool

    /// The number of capturing groups.
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
            // Fails only if no memory is left. Swift's own allocations would trap then too.
            fatalError("PCRE2 has no memory")
        }
        pcre2_set_match_limit_8(context, Self.steps)
        pcre2_set_depth_limit_8(context, Self.steps)
        pcre2_set_heap_limit_8(context, Self.kibibytes)
        // Without JIT support of the processor and the system, PCRE2 interprets the pattern.
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

    /// The maximum number of steps from one start position. Backtracking over the longest line (64 KiB) takes 130,000.
    private static let steps: UInt32 = 1_000_000
    /// The same limit for a pattern that is tried at one start position only.
    private static let anchoredSteps: UInt32 = 5_000_000
    private static let kibibytes: UInt32 = 20 << 10
    private static let stackBytes = 8 << 20
    /// The number of start positions in the first part of a search. After a part that takes less than `fast`
    /// nanoseconds, the next part is `growth` times as long.
    private static let places = 64
    private static let growth = 4
    private static let fast: Int64 = 1_000_000

    /// Searches a line for all matches, one after the other.
    /// - Parameter time: the time budget. The time of this search is subtracted.
    public func lastGroup(in line: String, _ time: inout SearchTime) -> Search {
        var line = line
        return line.withUTF8 { bytes in
            // An empty buffer has a nil address, and PCRE2 needs one.
            guard let base = bytes.baseAddress else { return withUnsafeTemporaryByte { search($0, 0, &time) } }
            return search(base, bytes.count, &time)
        }
    }

    /// Searches a single line with a new time budget.
    public func lastGroup(in line: String) -> Search {
        var time = SearchTime()
        return lastGroup(in: line, &time)
    }

    private func withUnsafeTemporaryByte<T>(_ body: (UnsafePointer<UInt8>) -> T) -> T {
        withUnsafePointer(to: UInt8(0), body)
    }

    private func search(_ line: UnsafePointer<UInt8>, _ count: Int, _ time: inout SearchTime) -> Search {
        // Without a line break, an anchored pattern is tried once and needs no parts.
        let isWhole = isAnchored && memchr(line, Int32(UInt8(ascii: "\n")), count) == nil
        var places = isWhole ? count : Self.places
        var last: String?
        var start = 0
        while start <= count {
            let began = SearchTime.now()
            let limit = places >= count - start ? count : start + places
            pcre2_set_offset_limit_8(context, limit)
            // A Swift string is always valid UTF-8, so PCRE2 need not check it.
            let result = pcre2_match_8(code, line, count, start, PCRE2_NO_UTF_CHECK, matchData, context)
            let took = SearchTime.now() - began
            time.take(took)
            if result == PCRE2_ERROR_NOMATCH {
                guard limit < count else { return .ended(last) }
                start = Self.character(atOrAfter: limit + 1, line, count)
                if took < Self.fast, places <= count { places *= Self.growth }
            } else if result > 0 {
                guard let places = pcre2_get_ovector_pointer_8(matchData) else { return .ended(last) }
                last = result > 1 ? Self.text(line, places[2], places[3]) : nil
                // After an empty match, or one that \K moves past its end, the search continues one character later.
                start =
                    places[1] > max(start, places[0])
                    ? places[1] : Self.character(atOrAfter: max(start, places[1]) + 1, line, count)
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

    /// The first position at or after `place` that is not inside a character.
    private static func character(atOrAfter place: Int, _ line: UnsafePointer<UInt8>, _ count: Int) -> Int {
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
