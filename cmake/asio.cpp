// Asio's own functions, compiled once instead of in each file that uses them.
// A header of the standard library first, as everywhere else: by its macros Asio decides how memory is
// allocated, and what one file allocates another one frees.
#include <cstdlib>

#include <asio/impl/src.hpp>
