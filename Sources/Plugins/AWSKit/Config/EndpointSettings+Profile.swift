extension EndpointSettings {
    /// The values of the variables, the profile's `services` section, the profile itself and `launch-config.yaml`.
    public init(_ settings: ProfileSettings, configured: String? = nil) {
        self.init(variables: settings.variables.all)
        own = configured.map { Override(url: $0, source: "\(Setting.Origin.launchConfig("endpoint_url"))") }
        let section = settings.section
        if let url = section?["endpoint_url"], !url.text.isEmpty {
            profile = Override(url: url.text, source: url.place)
        }
        let services = section?.text("services").flatMap { settings.config.services[$0] }
        profileServices = (services?.values ?? [:]).compactMapValues { value in
            value.nested["endpoint_url"].map { Override(url: $0.text, source: $0.place) }
        }
        func isOn(_ variable: String, _ key: String) -> Bool {
            settings.setting(variable, key)?.value.lowercased() == "true"
        }
        ignoresConfigured = isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
        fips = isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        dualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    }

    /// The endpoint of a service in a region. Errors are AWS errors.
    package func place(of service: AWSService, region: String) throws(AWSError) -> Endpoint {
        do throws(EndpointError) {
            return try Endpoint.resolve(service: service, region: region, settings: self)
        } catch {
            throw AWSError(.configuration, error.message, hint: error.hint)
        }
    }
}
