// Asio's own functions, compiled once instead of in each file that uses them.
#include <asio/impl/src.hpp>
