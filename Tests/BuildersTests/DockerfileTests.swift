import LaunchBuilders
import LaunchHost
import Testing

struct DockerfileTests {
    private func bases(_ text: String, _ arguments: [String: String] = [:]) throws -> [String] {
        try Dockerfile(parsing: text, file: "Dockerfile", buildArguments: arguments).bases.map(\.reference.description)
    }

    @Test(arguments: [
        ("FROM busybox", "busybox"),
        ("from busybox:1.36 as Build\nFROM build\nFROM BUILD AS x", "busybox:1.36"),
        ("FROM scratch", ""),
        ("FROM a AS x\nFROM b\nCOPY --from=x /a /\nCOPY --from=0 /a /\nCOPY --chown=1:1 --from=c:1 /a /", "a b c:1"),
        ("FROM a\nCOPY --from=late / /\nFROM b AS late", "a b"),
        ("FROM a\nRUN --mount=type=bind,from=d/e,target=/x --network=none --mount=type=cache,target=/c true", "a d/e"),
        ("FROM a\nRUN --mount=from=s,target=/x true\nFROM s AS s", "a s"),
        ("FROM --platform=$BUILDPLATFORM a:$TARGETARCH-${TARGETOS}", "a:amd64-linux"),
        ("# syntax=docker/dockerfile:1\n# a comment\n\nFROM \\\n# in between\n\n  a \\\n  AS b", "a"),
        ("# escape=`\nFROM `\n a\nRUN dir c:\\\nFROM b", "a b"),
        ("FROM a\nRUN echo hi \\\\\nFROM b", "a b"),
        ("FROM a\nRUN <<EOF cat <<-'END'\nFROM no\nEOF\nFROM neither\n\tEND\nFROM b", "a b"),
        ("FROM a\nRUN cat <<< x && echo \"<<EOF\" $((1<<2))\nFROM b", "a b"),
        ("FROM a\nONBUILD RUN <<EOF\nFROM no\nEOF\nFROM b", "a b"),
        ("FROM a\nENV x=<<EOF\nFROM b", "a b"),
        ("FROM a\nRUN python3 << EOF\nFROM no\nEOF\nFROM b", "a b"),
        ("FROM a\nCOPY << EOF /x\nFROM no\nEOF\nFROM b", "a b"),
        ("FROM a\nRUN cat << \"EOF\"\nFROM no\nEOF\nFROM b", "a b"),
        ("FROM a\nRUN cat <<- 'EOF' | sh\nFROM no\n\tEOF\nFROM b", "a b"),
        ("FROM a\r\nRUN true \\\r\n && true\r\nFROM b\r\n", "a b"),
        ("\u{FEFF}FROM a", "a"),
        ("FROM a\nFROM a\nCOPY --from=a / /", "a"),
        (
            "FROM localhost:5000/team/a:v1@sha256:\(String(repeating: "a", count: 64))",
            "localhost:5000/team/a:v1@sha256:\(String(repeating: "a", count: 64))"
        ),
    ])
    func `the base images are found`(_ text: String, _ expected: String) throws {
        #expect(try bases(text).joined(separator: " ") == expected)
    }

    @Test(arguments: [
        ("ARG V=1\nFROM a:$V", "a:1"), ("ARG V=1\nFROM a:${V}", "a:1"), ("ARG G\nFROM a:$G", "a:given"),
        ("ARG G=x\nFROM a:$G", "a:given"), ("FROM a:${NO:-d}", "a:d"), ("FROM a:${NO-d}", "a:d"),
        ("FROM a${NO:+:d}", "a"), ("ARG V=1\nFROM a${V:+:d}", "a:d"), ("ARG V=\nFROM a${V:-x}", "ax"),
        ("ARG V=\nFROM a${V-x}", "a"), ("ARG A=1\nARG B=${A}.2 C=3\nFROM a:$B.$C", "a:1.2.3"),
        ("ARG V=\"a:1\"\nFROM $V", "a:1"), ("ARG V='a:1'\nFROM \"$V\"", "a:1"),
        ("FROM ${NO:-${NEITHER:-b}}", "b"), ("ARG V=1\nFROM a:${V:-$NO}", "a:1"), ("FROM a${NO:+$NEITHER}", "a"),
        ("ARG UNUSED=$NO\nFROM a", "a"), ("ARG BASE=img:1 # the base\nFROM $BASE", "img:1"),
        ("ARG A=a B=b\nFROM $A-$B", "a-b"), ("ARG my-base=x\nFROM a", "a"), ("ARG S\nFROM img:1${S}", "img:1"),
        ("FROM img:1$NEITHER", "img:1"), ("ARG V=v1.2\nFROM a:${V#v}", "a:1.2"), ("ARG V=a/b/c\nFROM ${V##*/}", "c"),
        ("ARG V=a/b/c\nFROM ${V#*/}", "b/c"), ("ARG V=1.2.3\nFROM a:${V%.*}", "a:1.2"),
        ("ARG V=1.2.3\nFROM a:${V%%.*}", "a:1"), ("ARG V=1_2_3\nFROM a:${V/_/.}", "a:1.2_3"),
        ("ARG V=1_2_3\nFROM a:${V//_/.}", "a:1.2.3"), ("ARG V=1\nFROM a:${V#x}", "a:1"),
    ])
    func `arguments above the first stage are expanded in FROM`(_ text: String, _ expected: String) throws {
        #expect(try bases(text, ["G": "given"]) == [expected])
    }

    @Test(arguments: [
        ("", 1, "there is no FROM"), ("# only\n\n", 1, "there is no FROM"), ("ARG A=1\n", 1, "there is no FROM"),
        ("\nRUN true\nFROM a", 2, "RUN comes before the first FROM"),
        ("FROM a\nFROM b:$V", 2, "the build argument V has no value here"),
        ("ARG V\nFROM b:${V}", 2, "the build argument V has no value here"),
        ("FROM a\nARG V=1\nFROM b:$V", 3, "the build argument V has no value here"),
        ("ARG V=1\nFROM a:${V/1", 2, "has no second '/'"),
        ("FROM ${V:?which-one}", 1, "the build argument V is needed: which-one"),
        ("FROM ${V%x}", 1, "is empty"), ("FROM ${V!x}", 1, "is not a valid expansion"),
        ("FROM ${V", 1, "is not a valid expansion"),
        ("FROM ${V:-a", 1, "has no '}'"),
        ("ARG V=\nFROM $V", 2, "is empty"), ("FROM", 1, "FROM takes an image"), ("FROM a b", 1, "FROM takes an image"),
        ("FROM UPPER/Case", 1, "capital letters"), ("FROM a\nCOPY --from=$x / /", 2, "does not expand variables"),
        ("FROM a\nRUN <<EOF\nx", 2, "'<<EOF' has no end"), ("# escape=x\nFROM a", 1, "must be \\ or `"),
        ("# escape=`\n# escape=`\nFROM a", 2, "given twice"), ("ARG =2\nFROM a", 1, "a value without a name"),
    ])
    func `an invalid Dockerfile is an error with file and line`(_ text: String, _ line: Int, _ why: String) throws {
        let error = try #require(throws: LaunchError.self) { try Dockerfile(parsing: text, file: "d/Dockerfile") }
        #expect(error.kind == .invalid)
        #expect(error.message.hasPrefix("d/Dockerfile:\(line): "))
        #expect(error.message.contains(why))
    }

    @Test func `the stages, the lines of the bases and the frontend are read`() throws {
        let file = try Dockerfile(
            parsing: "# syntax = docker/dockerfile:1\nFROM a AS One\n\nFROM \\\nb\n", file: "Dockerfile")
        #expect(file.stages == ["one", nil])
        #expect(file.bases.map(\.line) == [2, 4])
        #expect(file.syntax == "docker/dockerfile:1")
    }

    @Test func `deep nesting is an error without a crash`() throws {
        let text = "FROM " + String(repeating: "${A:-", count: 5000) + String(repeating: "}", count: 5000)
        let error = try #require(throws: LaunchError.self) { try Dockerfile(parsing: text, file: "Dockerfile") }
        #expect(error.message.contains("more than 32 deep"))
    }
}
