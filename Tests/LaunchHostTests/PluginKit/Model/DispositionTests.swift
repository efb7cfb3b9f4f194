import Testing

@testable import LaunchPluginKit

/// The table of `plugins.md`: the host's action for each category of error in each phase.
@Suite struct DispositionTests {
    private typealias Row = (
        category: BackendError.Category, prepare: Disposition, submit: Disposition, find: Disposition,
        archive: Disposition, isRefusal: Bool
    )

    private static let rows: [Row] = [
        (.throttled, .requeue, .callAgainThenRequeue, .callAgain, .callAgain, true),
        (.transient, .requeue, .callAgainThenRequeue, .callAgain, .callAgain, false),
        (.expired, .requeue, .callAgainThenRequeue, .callAgain, .callAgain, true),
        (.unavailable, .requeue, .callAgainThenRequeue, .callAgain, .callAgain, true),
        (.unauthenticated, .requeueAndHold, .requeueAndHold, .callAgain, .callAgain, true),
        (.capacity, .requeue, .requeue, .callAgain, .callAgain, true),
        (.quota, .requeue, .requeue, .callAgain, .callAgain, true),
        (.denied, .fail, .fail, .callAgain, .goWithout, true),
        (.invalid, .fail, .fail, .callAgain, .goWithout, true),
        (.configuration, .requeueAndHold, .requeueAndHold, .callAgain, .goWithout, true),
        (.malformed, .fail, .fail, .callAgain, .goWithout, false),
        (.conflict, .fail, .fail, .goWithout, .callAgain, false),
        (.notFound, .fail, .fail, .callAgain, .callAgain, false),
        (.internalFault, .fail, .fail, .callAgain, .callAgain, false),
        (.cancelled, .yield, .yield, .callAgain, .callAgain, false),
    ]

    @Test func `each category has its disposition in each phase`() {
        #expect(Set(Self.rows.map(\.category)) == Set(BackendError.Category.all))
        for row in Self.rows {
            let category = row.category
            #expect(category.disposition(in: .prepare) == row.prepare, "\(category)")
            #expect(category.disposition(in: .submit) == row.submit, "\(category)")
            #expect(category.disposition(in: .find) == row.find, "\(category)")
            #expect(category.disposition(in: .archive) == row.archive, "\(category)")
            for phase in [Disposition.Phase.observe, .stop, .finish] {
                #expect(category.disposition(in: phase) == .callAgain, "\(category) in \(phase)")
            }
            #expect(category.isRefusal == row.isRefusal, "\(category)")
            #expect(BackendError(category, "").isWorthRetrying == (row.submit == .callAgainThenRequeue), "\(category)")
        }
    }

    @Test func `every disposition is used in some phase`() {
        let used = BackendError.Category.all.flatMap { category in
            Disposition.Phase.allCases.map { category.disposition(in: $0) }
        }
        #expect(Set(used) == Set(Disposition.allCases))
    }
}
