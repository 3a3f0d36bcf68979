// Evidence and limits of a sequence of Bernoulli trials by confseq 0.0.11 (its C++ header, MIT).
// In the root of confseq's source, with Boost's headers installed:
//     g++ -std=c++14 -I src/confseq confseq_sequence.cpp -o confseq_sequence
//     ./confseq_sequence > confseq_sequence.json
// Its mixture is a beta distribution with mean at the share that is tried, best after `t_opt` trials.
#include <cstdio>

#include "uniform_boundaries.h"

int main() {
  const int counts[][2] = {{22, 24}, {20, 24}, {30, 40}, {46, 48}, {90, 100}, {400, 500}, {485, 500}};
  const double share = 0.8, alpha = 0.05, t_opt = 50;
  std::printf("{\n\"program\": \"confseq\",\n\"version\": \"0.0.11\",\n"
              "\"made_by\": \"confseq_sequence.cpp\",\n\"cases\": [\n");
  for (int i = 0; i < 7; ++i) {
    const int agreed = counts[i][0], n = counts[i][1];
    const double v = share * (1 - share);
    const confseq::BetaBinomialMixture mixture(v * t_opt, alpha, share, 1 - share, false);
    const auto limits = confseq::bernoulli_confidence_interval(agreed, n, alpha, t_opt);
    std::printf("{\"id\": \"%d of %d\", \"data\": null, \"call\": "
                "\"BetaBinomialMixture(8, 0.05, 0.8, 0.2, false).log_superMG(%d - 0.8 * %d, 0.16 * %d); "
                "bernoulli_confidence_interval(%d, %d, 0.05, 50)\", \"values\": "
                "{\"log_evidence\": %.15g, \"low\": %.12g, \"high\": %.12g}}%s\n",
                agreed, n, agreed, n, n, agreed, n, mixture.log_superMG(agreed - share * n, v * n),
                limits.first, limits.second, i < 6 ? "," : "");
  }
  std::printf("]\n}\n");
}
