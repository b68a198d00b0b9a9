// The name of a .NET type as a person says it.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::app {

/// "System.Nullable`1[[System.UInt32, mscorlib, …]]" is "UInt32?", "A.B`2[[C.D, e],[F.G[], h]]" is
/// "B<D, G[]>": without namespaces, assemblies and the types that a type stands in. What is written
/// in no known way, or nested deeper than 16, is answered as it is.
std::string short_type_name(std::string_view name);

}  // namespace hqsync::app
