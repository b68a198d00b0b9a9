// The token that an administrator handed out.
#include "hellohq/access.hpp"

namespace hqsync::hellohq {

Task<Result<std::string>> FixedToken::token() {
    if (is_refused_) {
        co_return fail({Reach::configuration, "login.refused",
                        "helloHQ refused the token of hq.token_file; ask its administrator for a "
                        "new one"});
    }
    co_return token_;
}

}  // namespace hqsync::hellohq
