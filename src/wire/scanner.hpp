// Reads the marks of XML in chunks without building anything: where the root ends, and whether the
// document keeps its limits. A DTD is refused: EWS never sends one, and entities are an attack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::wire {

/// What the tree of a document may cost. One mark (tag, attribute, comment, CDATA section) takes up
/// to 130 octets in the tree beside its text.
struct Limits {
    std::size_t octets = std::size_t{64} << 20;
    std::size_t depth = 64;  ///< EWS nests about 15 deep
    std::size_t marks = 500'000;
};

class Scanner {
public:
    explicit Scanner(Limits limits) : limits_(limits) {}

    /// Reads on until the root ends or the text does; answers how many octets it read. Fault
    /// (mailbox) "xml.malformed" or "xml.too_big" names the octet, counted from the first one read.
    Result<std::size_t> read(std::string_view text);

    /// Nothing has begun: no root, no comment, no declaration.
    [[nodiscard]] bool is_before_root() const { return depth_ == 0 && at_ == At::text; }
    /// Where the root's "<" stands, counted from the first octet read.
    [[nodiscard]] std::size_t root_begin() const { return root_begin_; }
    [[nodiscard]] bool has_ended() const { return has_ended_; }

private:
    enum class At : std::uint8_t {
        text,
        opened,  ///< behind "<"
        bang,    ///< behind "<!"
        start_tag,
        quoted,
        end_tag,
        instruction,
        comment,
        cdata,
    };

    void step(char letter);
    void after_opened(char letter);
    void after_bang(char letter);
    void in_start_tag(char letter);
    void in_closed_by(char letter, char sign, unsigned needed);
    void leave_element();
    void count_mark();
    void refuse(const char* code, const char* what);

    Limits limits_;
    At at_ = At::text;
    char quote_ = 0;
    bool is_slash_last_ = false;
    unsigned signs_ = 0;  ///< of "]]>", "-->" or "?>", or of "[CDATA[" so far
    std::size_t depth_ = 0;
    std::size_t marks_ = 0;
    std::size_t octet_ = 0;
    std::size_t root_begin_ = 0;
    bool has_ended_ = false;
    const char* fault_code_ = nullptr;
    const char* fault_ = nullptr;
};

}  // namespace hqsync::wire
