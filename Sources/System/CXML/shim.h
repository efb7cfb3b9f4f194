#pragma once
#include <libxml/xmlreader.h>
#include <libxml/xmlversion.h>

// The version that is loaded: a global variable, which Swift takes for shared mutable state.
static inline const char *launch_xml_version(void) {
    return xmlParserVersion;
}
