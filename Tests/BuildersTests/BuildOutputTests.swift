import LaunchHost
import Testing

@testable import LaunchBuilders

@Suite("The output of a build")
struct BuildOutputTests {
    @Test(arguments: [
        (["Step 2/5 : LABEL a=b", "unable to find image \"sha256:\(String(repeating: "0a", count: 32))\""], true),
        (["unable to find image \"sha256:\(String(repeating: "0a", count: 32))\"", "Step 3/5 : RUN false"], false),
        (["unable to find image \"base:1\""], false),
        (["RUN echo 'unable to find image \"sha256:\(String(repeating: "0a", count: 32))\"'"], false),
        ([], false),
    ])
    func `a cached step that another program removed is distinguished from a failure of the source`(
        _ lines: [String], _ isLost: Bool
    ) {
        let output = BuildOutput { _ in }
        for line in lines { output.take(line) }
        #expect(output.lostCachedStep == isLost)
    }
}
