import Glibc
import LaunchSubprocess
import Testing

@Suite struct AllowedVariablesTests {
    @Test func `variables that are not allowed are not passed on`() {
        let allowed = Subprocess.AllowedVariables(names: ["TOOL_HOME"], prefixes: ["GIT_"], withheld: ["GIT_DIR"])
        let variables = [
            "PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "TOOL_HOME": "/t", "GIT_SSH": "ssh", "GIT_DIR": "/elsewhere",
            "AWS_SECRET_ACCESS_KEY": "s", "REGISTRY_PASSWORD": "s", "LD_PRELOAD": "/evil.so", "TOOL_HOME_TOKEN": "s",
        ]
        #expect(Set(allowed.filter(variables).keys) == ["PATH", "HOME", "LC_ALL", "TOOL_HOME", "GIT_SSH"])
    }

    @Test
    func `by default, a child process gets no secret of this process`() async throws {
        await #expect(processExitsWith: .success) {
            setenv("REGISTRY_PASSWORD", "planted", 1)
            setenv("AWS_SECRET_ACCESS_KEY", "planted", 1)
            let seen = try await Subprocess.run("env").stdoutText
            #expect(!seen.contains("planted") && seen.contains("PATH="))
            let told = try await Subprocess.run("env", environment: .allowed(setting: ["A": "b"])).stdoutText
            #expect(!told.contains("planted") && told.contains("A=b"))
        }
    }
}
