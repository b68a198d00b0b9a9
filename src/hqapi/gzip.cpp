// zlib's deflate with a gzip header, in one go: the bodies are pages, not files.
#include "hqapi/gzip.hpp"

#include <zlib.h>

namespace hqsync::hqapi {

namespace {

constexpr std::size_t worth_packing = 1024;

/// Empty when zlib has no memory.
std::string gzipped(std::string& text) {
    constexpr int with_gzip_header = 15 + 16;
    z_stream stream{};
    // Level 1 packs such JSON to a tenth already; higher ones cost more time than they save.
    if (deflateInit2(&stream, 1, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const auto ended = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return ended == Z_STREAM_END ? packed : std::string();
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    const auto small = lower(accept_encoding);
    const auto at = small.find("gzip");
    if (at == std::string::npos) return false;
    const auto entry = std::string_view(small).substr(at, small.find(',', at) - at);
    const auto quality = entry.find("q=");
    return quality == std::string_view::npos ||
           entry.find_first_of("123456789", quality) != std::string_view::npos;
}

void pack(const Request& request, Reply& reply) {
    if (reply.body.size() < worth_packing) return;
    reply.headers.emplace_back("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.header("accept-encoding"))) return;
    auto packed = gzipped(reply.body);
    if (packed.empty()) return;
    reply.body = std::move(packed);
    reply.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace hqsync::hqapi
