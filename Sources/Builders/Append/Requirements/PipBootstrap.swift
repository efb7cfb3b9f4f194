/// The program that starts pip.
enum PipBootstrap {
    /// Python code with the arguments MACHINE VERSION, and those of pip.
    ///
    /// - Audit hooks cannot be removed. This one refuses every start of a program, so neither the setup script of a package
    ///   nor git can run. pip ignores the refusal where it only wants to describe this machine to an index.
    /// - pip evaluates the conditions of requirements, such as `python_version < "3.11"`, for the Python that runs it. They
    ///   are about the Python of the image.
    static let script = """
        import sys
        def refuse(event, arguments):
            if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"):
                raise PermissionError("launch: pip starts no programs")
        sys.addaudithook(refuse)
        machine, version = sys.argv[1:3]
        del sys.argv[1:3]
        from pip._vendor.packaging import markers
        here = markers.default_environment
        def there():
            values = here()
            values.update({
                "implementation_name": "cpython", "implementation_version": version + ".0", "os_name": "posix",
                "platform_machine": machine, "platform_python_implementation": "CPython", "platform_release": "",
                "platform_system": "Linux", "platform_version": "", "python_full_version": version + ".0",
                "python_version": version, "sys_platform": "linux",
            })
            return values
        markers.default_environment = there
        from pip._internal.cli.main import main
        sys.exit(main())
        """
}
