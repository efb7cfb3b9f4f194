extension LaunchConfig.Block {
    /// The block of a plugin if the configuration has no such block. It has the defaults and the `given` values, which
    /// are checked like a block's.
    /// - Throws: `LaunchError` of kind `.configuration` if the plugin requires a key that is not given.
    package init<Product>(
        absent role: Role, of plugin: Plugin<Product>, given: [String: JSONValue] = [:]
    ) throws(LaunchError) {
        let path = FieldPath().appending(role.rawValue)
        var decoder = SchemaDecoder(document: nil)
        let options = decoder.decode(
            ConfigNode(.object(given)), fields: plugin.fields, at: path,
            in: SchemaDecoder.Owner("\(role.rawValue) (type: \(plugin.type))"))
        guard decoder.diagnostics.isEmpty else {
            throw LaunchError(
                .configuration, "The \(role.rawValue) of type \(plugin.type) needs a block in launch-config.yaml.",
                hint: "Add \(role.rawValue): {type: \(plugin.type), ...} with the keys below.",
                diagnostics: decoder.diagnostics)
        }
        self.init(type: plugin.type, options: options, path: path)
    }
}
