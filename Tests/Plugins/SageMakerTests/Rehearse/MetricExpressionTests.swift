import LaunchPatterns
import Testing

@testable import LaunchSageMaker

struct MetricExpressionTests {
    @Test(arguments: [
        ("loss=([0-9.]+);", "loss=0.25;", "0.25"),
        (#"acc: ([-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?)"#, "acc: 1.5e-3", "1.5e-3"),
        (#"(?P<value>\d+)%"#, "now 73% done", "73"),
        (#"(?<value>\d+)%"#, "now 73% done", "73"),
        (#"(?'value'\d+)%"#, "now 73% done", "73"),
        (#"(?<=loss )(\d+)"#, "loss 5", "5"),
        (#"{'loss': ([0-9.]+)"#, "{'loss': 0.5, 'epoch': 1}", "0.5"),
        (#"[]x]=(\d)"#, "]=4", "4"),
        (#"[^]x]=(\d)"#, "y=4", "4"),
        (#"[(]loss[)] (\d)"#, "(loss) 4", "4"),
        (#"\(loss\) (\d)"#, "(loss) 4", "4"),
        (#"(?i)LOSS (\d)"#, "loss 4", "4"),
        (#"\p{L}+ (\d)"#, "loss 4", "4"),
        (#"x(?<!y)(\d)"#, "x4", "4"),
        (#"[[(]loss (\d)"#, "[loss 4", "4"),
        (#"[[:alpha:](]= (\d)(x)?"#, "(= 4x", "4"),
    ])
    func `equals the service's, with one group`(pattern: String, line: String, value: String) throws {
        let expression = try Pattern(try #require(MetricExpression(pattern).pattern))
        #expect(expression.groups == 1)
        #expect(expression.lastGroup(in: line) == .ended(value))
    }

    @Test(arguments: [
        (#"loss=\d+"#, "group"), (#"(a)(b)\1"#, "refers"), (#"x(?<!y+)(\d)"#, "syntax"), ("(", "syntax"),
        (#"(?:x)"#, "group"), (#"[(]"#, "group"), ("", "group"), ("\\", "group"),
    ])
    func `is omitted if it cannot be equivalent`(pattern: String, word: String) {
        let expression = MetricExpression(pattern)
        #expect(expression.pattern == nil)
        #expect(expression.reason.contains(word))
    }
}
