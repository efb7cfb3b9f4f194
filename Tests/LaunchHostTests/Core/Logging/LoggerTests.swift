import Synchronization
import Testing

@testable import LaunchCore

@Suite("logger")
struct LoggerTests {
    @Test
    func `records of a task that works on a run have its ID, once`() async {
        let lines = Mutex<[String]>([])
        let log = Logger(level: .debug) { record in
            lines.withLock {
                $0.append("\(record.message) \(record.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " "))")
            }
        }
        log.info("before")
        await Logger.$run.withValue("r1") {
            log.info("within", ["a": "b"])
            log.info("named", ["a": "b", "run": "r2"])
            await withDiscardingTaskGroup { group in group.addTask { log.info("child") } }
        }
        #expect(lines.withLock(\.self) == ["before ", "within run=r1 a=b", "named a=b run=r2", "child run=r1"])
    }
}
