// Drives a chip with prompts, holds back both streams at random, and compares every token and the cycles of every position with a file.
//
//   bench VECTORS [--transcript FILE] [--probe] [--only RUN POSITION STEP] [--vcd FILE] [--seed N] [--no-stalls]
//
// The transcript has a line for each thing that was seen:
//   token RUN INDEX TOKEN
//   cycles RUN POSITION CYCLES
//   value RUN POSITION STEP ELEMENTS HASH      with --probe: a value of the model, all its elements
//   element INDEX DATA                         with --only: one value, element by element
// With --no-stalls nothing is held back, and a chip is not disturbed before it is reset: waves show the runs and nothing else.
// Exit code: 0 all as expected, 1 something differs, 2 arguments or files that cannot be used.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "Vchip.h"
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

struct Options {
    std::string vectors, transcript, vcd;
    uint64_t seed = 1;
    bool probe = false, stalls = true, only = false;
    uint64_t onlyRun = 0, onlyPosition = 0, onlyStep = 0;
};

// The elements of a value in any order: their number, and a sum of hashes of index and data.
struct Value {
    uint64_t elements = 0, hash = 0;

    void add(uint32_t index, uint32_t data) {
        uint64_t z = ((static_cast<uint64_t>(index) << 32) | data) * 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 29)) * 0xBF58476D1CE4E5B9ULL;
        hash += z ^ (z >> 32);
        ++elements;
    }
};

class Bench {
public:
    Bench(VerilatedContext* context, const Options& options, FILE* transcript)
        : chip_(new Vchip(context)), options_(options), stalls_(options.seed, options.stalls), transcript_(transcript) {}

    ~Bench() {
#ifdef BENCH_TRACE
        if (trace_) trace_->close();
#endif
        chip_->final();
    }

    bool openTrace() {
#ifdef BENCH_TRACE
        trace_.reset(new VerilatedVcdC);
        chip_->trace(trace_.get(), 99);
        trace_->open(options_.vcd.c_str());
        return trace_->isOpen();
#else
        std::fprintf(stderr, "bench: built without waves; build it with --trace and -DBENCH_TRACE\n");
        return false;
#endif
    }

    // Whether everything was as expected. Every other run follows the one before without a reset: a chip must forget by itself.
    bool run(size_t number, const Run& run) {
        number_ = number;
        if (number % 2 == 0) {
            if (options_.stalls) disturb(run);
            reset();
        }
        return drive(run, UINT64_MAX);
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
        chip_->s_axis_tvalid = 0;
        chip_->m_axis_tready = 0;
        for (int i = 0; i < 4; ++i) {
            half(0);
            edge();
        }
        chip_->rst_n = 1;
    }

    // Leaves the chip in the middle of something: only a complete reset makes the next run right.
    void disturb(const Run& run) {
        reset();
        quiet_ = true;
        drive(run, clock_ + run.cycles[0] + stalls_.next() % (2 * run.cycles[0]));
        quiet_ = false;
    }

    bool drive(const Run& run, uint64_t end) {
        chip_->token_limit = run.tokens.size();
        chip_->stop_enable = 0;
        chip_->stop_token = 0;
        chip_->inverse_temperature = run.inverseTemperature;
        chip_->seed = (run.stateHigh << 32) | run.stateLow;
        size_t sent = 0, received = 0, position = 0;
        uint64_t counted = 0, idle = 0, held = 0;
        bool equal = true, offered = false;
        uint32_t sendStall = stalls_.cycles(), takeStall = stalls_.cycles();
        values_.clear();
        for (;;) {
            if (clock_ >= end) return false;
            chip_->s_axis_tvalid = sent < run.prompt.size() && sendStall == 0;
            chip_->s_axis_tdata = sent < run.prompt.size() ? run.prompt[sent] : 0;
            chip_->s_axis_tlast = sent + 1 == run.prompt.size();
            chip_->m_axis_tready = takeStall == 0;
            half(0);
            const bool send = chip_->s_axis_tvalid && chip_->s_axis_tready;
            const bool take = chip_->m_axis_tvalid && chip_->m_axis_tready;
            const bool done = chip_->token_done;
            const uint64_t token = chip_->m_axis_tdata, cycles = chip_->cycles;
            if (offered && (!chip_->m_axis_tvalid || token != held)) equal &= fail("token changed while it was offered:", received, held, token);
            offered = chip_->m_axis_tvalid && !chip_->m_axis_tready;
            held = token;
            if (take && received < run.tokens.size() && chip_->m_axis_tlast != (received + 1 == run.tokens.size()))
                equal &= fail("tlast of token", received, received + 1 == run.tokens.size(), chip_->m_axis_tlast);
            probe(position);
            counted += chip_->computing;
            if (done) {
                equal &= finish(run, position, cycles);
                if (counted != cycles) equal &= fail("port cycles at position", position, counted, cycles);
                counted = 0;
                ++position;
                if (chip_->position != position) equal &= fail("port position behind position", position - 1, position, chip_->position);
            }
            if (received >= run.tokens.size() && position >= run.cycles.size() && !chip_->busy) return equal;
            if (received > run.tokens.size() + 2 || position > run.cycles.size() + 2) return false;
            edge();
            if (sendStall > 0) --sendStall;
            if (takeStall > 0) --takeStall;
            if (send) {
                ++sent;
                sendStall = stalls_.cycles();
            }
            if (take) {
                takeStall = stalls_.cycles();
                equal &= receive(run, received++, token);
            }
            idle = send || take || done ? 0 : idle + 1;
            if (idle > 4 * run.cycles.back() + 10000) return fail("the chip stands still at position", position, 0, 0);
        }
    }

    void probe(size_t position) {
#ifdef BENCH_PROBE
        if (quiet_ || !chip_->probe_valid) return;
        if (options_.probe) values_[chip_->probe_step].add(chip_->probe_index, chip_->probe_data);
        if (options_.only && number_ == options_.onlyRun && position == options_.onlyPosition && chip_->probe_step == options_.onlyStep)
            std::fprintf(transcript_, "element %u %d\n", static_cast<unsigned>(chip_->probe_index), static_cast<int32_t>(chip_->probe_data));
#else
        (void)position;
#endif
    }

    bool finish(const Run& run, size_t position, uint64_t cycles) {
        if (quiet_) return true;
        for (const auto& value : values_)
            std::fprintf(transcript_, "value %zu %zu %llu %llu %016llx\n", number_, position, static_cast<unsigned long long>(value.first),
                         static_cast<unsigned long long>(value.second.elements), static_cast<unsigned long long>(value.second.hash));
        values_.clear();
        std::fprintf(transcript_, "cycles %zu %zu %llu\n", number_, position, static_cast<unsigned long long>(cycles));
        if (position >= run.cycles.size()) return fail("positions beyond", run.cycles.size(), run.cycles.size(), position + 1);
        return cycles == run.cycles[position] || fail("cycles of position", position, run.cycles[position], cycles);
    }

    bool receive(const Run& run, size_t index, uint64_t token) {
        if (quiet_) return true;
        std::fprintf(transcript_, "token %zu %zu %llu\n", number_, index, static_cast<unsigned long long>(token));
        if (index >= run.tokens.size()) return fail("tokens beyond", run.tokens.size(), run.tokens.size(), index + 1);
        return token == run.tokens[index] || fail("token", index, run.tokens[index], token);
    }

    bool fail(const char* what, size_t index, uint64_t expected, uint64_t found) {
        if (quiet_) return false;
        if (++failures_ <= 10)
            std::printf("run %zu: %s %zu: expected %llu, found %llu (clock %llu)\n", number_, what, index, static_cast<unsigned long long>(expected),
                        static_cast<unsigned long long>(found), static_cast<unsigned long long>(clock_));
        return false;
    }

    std::unique_ptr<Vchip> chip_;
#ifdef BENCH_TRACE
    std::unique_ptr<VerilatedVcdC> trace_;
#endif
    const Options& options_;
    Stalls stalls_;
    FILE* transcript_;
    std::map<uint64_t, Value> values_;
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

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--probe") options.probe = true;
        else if (argument == "--no-stalls") options.stalls = false;
        else if (argument == "--transcript" && i + 1 < argc) options.transcript = argv[++i];
        else if (argument == "--vcd" && i + 1 < argc) options.vcd = argv[++i];
        else if (argument == "--seed" && i + 1 < argc) options.seed = std::strtoull(argv[++i], nullptr, 10);
        else if (argument == "--only" && i + 3 < argc) {
            options.only = true;
            options.onlyRun = std::strtoull(argv[++i], nullptr, 10);
            options.onlyPosition = std::strtoull(argv[++i], nullptr, 10);
            options.onlyStep = std::strtoull(argv[++i], nullptr, 10);
        } else if (argument[0] != '-' && options.vectors.empty()) options.vectors = argument;
        else return false;
    }
    return !options.vectors.empty();
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr, "usage: bench VECTORS [--transcript FILE] [--probe] [--only RUN POSITION STEP] [--vcd FILE] [--seed N] [--no-stalls]\n");
        return 2;
    }
#ifndef BENCH_PROBE
    if (options.probe || options.only) {
        std::fprintf(stderr, "bench: this chip has no probes\n");
        return 2;
    }
#endif
    std::vector<Run> runs;
    if (!readVectors(options.vectors, runs)) {
        std::fprintf(stderr, "bench: %s: no vectors\n", options.vectors.c_str());
        return 2;
    }
    FILE* transcript = std::fopen(options.transcript.empty() ? "/dev/null" : options.transcript.c_str(), "w");
    if (!transcript) {
        std::fprintf(stderr, "bench: %s: cannot be written\n", options.transcript.c_str());
        return 2;
    }
    VerilatedContext context;
    context.randReset(2);
    context.randSeed(static_cast<int>(options.seed));
    context.traceEverOn(!options.vcd.empty());
    bool equal = true;
    uint64_t tokens = 0;
    {
        Bench bench(&context, options, transcript);
        if (!options.vcd.empty() && !bench.openTrace()) return 2;
        for (size_t i = 0; i < runs.size(); ++i) {
            equal &= bench.run(i, runs[i]);
            tokens += runs[i].tokens.size();
        }
        std::printf("%zu runs, %llu tokens, %llu clock cycles: %s\n", runs.size(), static_cast<unsigned long long>(tokens),
                    static_cast<unsigned long long>(bench.clock()), equal ? "all as expected" : "DIFFERENT");
    }
    std::fclose(transcript);
    return equal ? 0 : 1;
}
