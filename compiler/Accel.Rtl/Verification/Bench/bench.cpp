// Drives a chip with prompts, stalls both streams at random, and compares every token and the cycles of every position with a file.
//
//   bench VECTORS [--transcript FILE] [--probe] [--vcd FILE] [--seed N] [--no-stalls]
//
// Exit code: 0 all equal, 1 something differs, 2 a file that cannot be read.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "Vchip.h"
#include "bench_chip.h"
#include "verilated.h"
#ifdef BENCH_TRACE
#include "verilated_vcd_c.h"
#endif

namespace {

struct Run {
    uint64_t inverseTemperature = 0, stateHigh = 0, stateLow = 0;
    std::vector<uint64_t> prompt, tokens, cycles;
};

// The stimulus must be the same everywhere, so it has a generator of its own.
class Stalls {
public:
    Stalls(uint64_t seed, bool enabled) : state_(seed * 2 + 1), enabled_(enabled) {}

    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<uint32_t>(state_ >> 32);
    }

    // Cycles to hold back: mostly none or few, now and then many.
    uint32_t cycles() {
        if (!enabled_) return 0;
        const uint32_t draw = next();
        return (draw & 7) < 3 ? 0 : (draw & 7) < 7 ? (draw >> 8) % 8 : (draw >> 8) % 400;
    }

private:
    uint64_t state_;
    bool enabled_;
};

class Bench {
public:
    Bench(VerilatedContext* context, Stalls stalls, FILE* transcript, bool probe)
        : chip_(new Vchip(context)), stalls_(stalls), transcript_(transcript), probe_(probe) {}

    ~Bench() {
#ifdef BENCH_TRACE
        if (trace_) trace_->close();
#endif
        chip_->final();
    }

    bool openTrace(const std::string& file) {
#ifdef BENCH_TRACE
        trace_.reset(new VerilatedVcdC);
        chip_->trace(trace_.get(), 99);
        trace_->open(file.c_str());
        return trace_->isOpen();
#else
        std::fprintf(stderr, "bench: built without waves; build it with -DBENCH_TRACE and --trace\n");
        return file.empty();
#endif
    }

    // Returns whether everything is as expected.
    bool run(size_t number, const Run& run) {
        number_ = number;
        if (number % 2 == 0) disturb(run);
        reset();
        chip_->inverse_temperature = run.inverseTemperature;
        chip_->seed = (run.stateHigh << 32) | run.stateLow;
        return drive(run, run.tokens.size(), UINT64_MAX);
    }

    uint64_t clock() const { return clock_; }

private:
    void half(int level) {
        chip_->clk = level;
        chip_->eval();
#ifdef BENCH_TRACE
        if (trace_) trace_->dump(2 * clock_ + level);
#endif
    }

    void edge() {
        half(1);
        ++clock_;
    }

    void reset() {
        chip_->rst_n = 0;
        chip_->PROMPT_VALID = 0;
        chip_->TOKEN_READY = 0;
        for (int i = 0; i < 4; ++i) {
            half(0);
            edge();
        }
        chip_->rst_n = 1;
    }

    // Leaves the chip in the middle of something: only a complete reset makes the next run right.
    void disturb(const Run& run) {
        reset();
        chip_->inverse_temperature = 4096;
        chip_->seed = 0x123456789abcdefULL;
        Run noise = run;
        const uint64_t cycles = run.cycles[0] + stalls_.next() % (2 * run.cycles[0]);
        quiet_ = true;
        drive(noise, run.tokens.size(), clock_ + cycles);
        quiet_ = false;
    }

    bool drive(const Run& run, size_t count, uint64_t end) {
        size_t sent = 0, received = 0, position = 0;
        uint64_t busy = 0, idle = 0, held = 0;
        bool equal = true, offered = false;
        uint32_t sendStall = stalls_.cycles(), takeStall = stalls_.cycles();
        while (received < count || position < run.cycles.size()) {
            if (clock_ >= end) return false;
            chip_->PROMPT_VALID = sent < run.prompt.size() && sendStall == 0;
            chip_->PROMPT_DATA = sent < run.prompt.size() ? run.prompt[sent] : 0;
            chip_->PROMPT_LAST = sent + 1 == run.prompt.size();
            chip_->TOKEN_READY = received < count && takeStall == 0;
            half(0);
            const bool send = chip_->PROMPT_VALID && chip_->PROMPT_READY;
            const bool take = chip_->TOKEN_VALID && chip_->TOKEN_READY;
            if (offered && (!chip_->TOKEN_VALID || chip_->TOKEN_DATA != held)) return fail("a token changed while it waited", received, held, chip_->TOKEN_DATA);
            offered = chip_->TOKEN_VALID && !chip_->TOKEN_READY;
            held = chip_->TOKEN_DATA;
            if (probe_ && !quiet_ && chip_->PROBE_VALID)
                std::fprintf(transcript_, "value %zu %zu %u %u %d\n", number_, position, (unsigned)chip_->PROBE_VALUE, (unsigned)chip_->PROBE_INDEX, (int)chip_->PROBE_DATA);
            const bool done = STEP_DONE(chip_);
            busy += STEP_BUSY(chip_);
            const uint64_t token = chip_->TOKEN_DATA;
            edge();
            if (sendStall > 0) --sendStall;
            if (takeStall > 0) --takeStall;
            if (send) {
                ++sent;
                sendStall = stalls_.cycles();
            }
            if (take) {
                takeStall = stalls_.cycles();
                if (!quiet_ && transcript_) std::fprintf(transcript_, "token %zu %zu %llu\n", number_, received, (unsigned long long)token);
                if (token != run.tokens[received] && !quiet_) equal &= fail("token", received, run.tokens[received], token);
                ++received;
            }
            if (done) {
                if (!quiet_ && transcript_) std::fprintf(transcript_, "cycles %zu %zu %llu\n", number_, position, (unsigned long long)busy);
                if (position < run.cycles.size() && busy != run.cycles[position] && !quiet_) equal &= fail("cycles of position", position, run.cycles[position], busy);
                ++position;
                busy = 0;
            }
            idle = send || take || done ? 0 : idle + 1;
            if (idle > 4 * run.cycles.back() + 10000) return fail("the chip stands still at position", position, 0, 0);
        }
        return equal;
    }

    bool fail(const char* what, size_t index, uint64_t expected, uint64_t found) {
        if (quiet_) return false;
        if (++failures_ <= 10)
            std::printf("run %zu: %s %zu: expected %llu, found %llu (clock %llu)\n", number_, what, index, (unsigned long long)expected, (unsigned long long)found, (unsigned long long)clock_);
        return false;
    }

    std::unique_ptr<Vchip> chip_;
#ifdef BENCH_TRACE
    std::unique_ptr<VerilatedVcdC> trace_;
#endif
    Stalls stalls_;
    FILE* transcript_;
    bool probe_;
    bool quiet_ = false;
    size_t number_ = 0;
    uint64_t clock_ = 0;
    uint64_t failures_ = 0;
};

bool readNumbers(std::ifstream& file, std::vector<uint64_t>& numbers, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        uint64_t number;
        if (!(file >> number)) return false;
        numbers.push_back(number);
    }
    return true;
}

bool readVectors(const std::string& name, std::vector<Run>& runs) {
    std::ifstream file(name);
    size_t count = 0;
    if (!(file >> count)) return false;
    for (size_t i = 0; i < count; ++i) {
        Run run;
        size_t prompt = 0, tokens = 0;
        if (!(file >> run.inverseTemperature >> run.stateHigh >> run.stateLow >> prompt >> tokens) || prompt == 0 || tokens == 0) return false;
        if (!readNumbers(file, run.prompt, prompt) || !readNumbers(file, run.tokens, tokens) || !readNumbers(file, run.cycles, prompt + tokens - 1)) return false;
        runs.push_back(run);
    }
    return true;
}

}  // namespace
