#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 is built with ICU. Its headers then declare two members of a type that nobody here uses, and with them
// the system's ICU, whose types clash with those of Foundation's own copy in a module that sees both.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
