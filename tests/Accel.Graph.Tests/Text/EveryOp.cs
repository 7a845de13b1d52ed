namespace Accel.Graph.Tests.Text;

/// <summary>A graph in its printed form in which each op stands, and each attribute of each op away from its default.</summary>
internal static class EveryOp
{
    public const string Text = """
        graph every-op {
          input tokens : i32[T]
          input position : i32[]
          parameter table : f32[16, 8]
          parameter w : f32[8, 8]
          parameter d : f32[8]
          parameter half : f32[4]
          parameter heads_d : f32[4, 2]
          parameter taps : f32[8, 3]
          parameter block : f32[4, 2, 3]
          parameter block_t : f32[4, 3, 2]
          parameter a_log : f32[8, 5]
          parameter experts_w : f32[6, 8, 8]
          parameter experts_b : f32[6, 8]
          parameter router : f32[6, 8]
          parameter router_bias : f32[6]
          parameter sink : f32[4]
          parameter buckets : f32[8, 4]
          parameter bc : f32[5, 8]
          state conv : conv f32[2, 8]
          state conv_b : conv f32[2, 8]
          state keys : full f32[C, 2, 2]
          state values : full f32[C, 2, 2]
          state ring_keys : ring f32[4, 4, 2]
          state ring_values : ring f32[4, 4, 2]
          state latent : full f32[C, 1, 8]
          state source_keys : static f32[3, 4, 2]
          state source_values : static f32[3, 4, 2]
          state lru : recurrent f32[8]
          state scan : recurrent f32[8, 5]
          state dual : recurrent f32[4, 2, 8]
          state delta : recurrent f32[4, 2, 2]
          state shift : recurrent f32[1, 8]
          state s6 : recurrent f32[4, 2, 2]
          state s7 : recurrent f32[4, 2, 2]
          at = positions(tokens, position) : i32[T]
          learned = embedding(at, table) : f32[T, 8]
          x = embedding(tokens, table) : f32[T, 8]
          sum = binary(x, learned) {operator = add} : f32[T, 8]
          scaled = affine(sum) {scale = 0.1, offset = -1E-05} : f32[T, 8]
          act = unary(scaled) {function = gelu_tanh} : f32[T, 8]
          lin = linear(act, w, d) {bias = true} : f32[T, 8]
          rms = rms_norm(lin, d) {epsilon = 1E-06, unit_offset = true} : f32[T, 8]
          bare = rms_norm(rms) {epsilon = 1E-06, weighted = false} : f32[T, 8]
          ln = layer_norm(bare) {epsilon = 1E-05, weighted = false, bias = false} : f32[T, 8]
          unit = l2_norm(ln) {epsilon = 1E-12} : f32[T, 8]
          soft = softmax(unit) : f32[T, 8]
          capped = soft_cap(soft) {cap = 30} : f32[T, 8]
          low = clamp(capped) {minimum = -inf, maximum = 7} : f32[T, 8]
          mean = reduce(low) {function = standard_deviation} : f32[T, 1]
          h = reshape(low) {inner = [4, 2]} : f32[T, 4, 2]
          grouped = rms_norm(h, heads_d) {epsilon = 1E-06} : f32[T, 4, 2]
          rotated = rope(grouped, position) {layout = interleaved, frequencies = [0.5], magnitude = 1.25} : f32[T, 4, 2]
          first, second = split(rotated) {sizes = [1, 1]} : f32[T, 4, 1], f32[T, 4, 1]
          joined = concat(first, second) : f32[T, 4, 2]
          k4 = reshape(low) {inner = [2, 4]} : f32[T, 2, 4]
          k, v = split(k4) {sizes = [2, 2]} : f32[T, 2, 2], f32[T, 2, 2]
          twice = repeat(k) {times = 2} : f32[T, 4, 2]
          o, keys_next, values_next = attention(joined, k, v, position, keys, values) {scale = 0.5} : f32[T, 4, 2], f32[C, 2, 2], f32[C, 2, 2]
          again = attention(twice, k, v, position, keys, values, buckets) {scale = 1, cache = read, relative_buckets = 8, relative_max_distance = 16} : f32[T, 4, 2]
          win, ring_keys_next, ring_values_next = attention(again, o, h, position, ring_keys, ring_values, sink) {scale = 0.5, window = 3, soft_cap = 50, alibi_max_bias = 8, sinks = true} : f32[T, 4, 2], f32[4, 4, 2], f32[4, 4, 2]
          cross = attention(win, source_keys, source_values, position) {scale = 1, cache = none, causal = false} : f32[T, 4, 2]
          one = reshape(low) {inner = [1, 8]} : f32[T, 1, 8]
          mla, latent_next = attention(one, one, position, latent) {scale = 0.5, shared_key_value = 6} : f32[T, 1, 6], f32[C, 1, 8]
          wide = block_linear(cross, block_t) : f32[T, 4, 3]
          wider = block_linear(cross, block) {input_major = true} : f32[T, 4, 3]
          square = reshape(low) {inner = [2, 4]} : f32[T, 2, 4]
          product = batch_matmul(square, h) : f32[T, 2, 2]
          flat = reshape(cross) {inner = [8]} : f32[T, 8]
          conv1, conv_next = causal_conv(flat, taps, conv) : f32[T, 8], f32[2, 8]
          conv2, conv_b_next = causal_conv(conv1, taps, d, conv_b) {bias = true} : f32[T, 8], f32[2, 8]
          lru_y, lru_next = rg_lru(conv2, flat, low, d, lru, position) {c = 8} : f32[T, 8], f32[8]
          b = linear(lru_y, bc) : f32[T, 5]
          scan_y, scan_next = selective_scan(lru_y, low, a_log, b, b, d, scan) : f32[T, 8], f32[8, 5]
          dt = reshape(mean) {inner = [1]} : f32[T, 1]
          four, rest = split(scan_y) {sizes = [4, 4]} : f32[T, 4], f32[T, 4]
          dual_y, dual_next = state_space_dual(h, four, half, one, one, half, dual) : f32[T, 4, 2], f32[4, 2, 8]
          delta_y, delta_next = gated_delta(dual_y, h, cross, four, rest, delta) : f32[T, 4, 2], f32[4, 2, 2]
          before, shift_next = token_shift(low, shift) : f32[T, 8], f32[1, 8]
          y6, s6_next = wkv6(h, h, h, delta_y, heads_d, s6) : f32[T, 4, 2], f32[4, 2, 2]
          y7, s7_next = wkv7(y6, h, h, h, h, h, s7) : f32[T, 4, 2], f32[4, 2, 2]
          logits_r = linear(before, router) : f32[T, 6]
          chosen, weights = route(logits_r, router_bias) {top_k = 2, score = sigmoid, renormalise = true, scale = 2.5, groups = 3, groups_kept = 2, group_top = 2, bias = true} : i32[T, 2], f32[T, 2]
          each = expert_linear(before, chosen, experts_w, experts_b) {bias = true} : f32[T, 2, 8]
          mixed = combine_experts(each, weights) : f32[T, 8]
          next conv = conv_next
          next conv_b = conv_b_next
          next keys = keys_next
          next values = values_next
          next ring_keys = ring_keys_next
          next ring_values = ring_values_next
          next latent = latent_next
          next lru = lru_next
          next scan = scan_next
          next dual = dual_next
          next delta = delta_next
          next shift = shift_next
          next s6 = s6_next
          next s7 = s7_next
          output logits = mixed
          output last = y7
        }

        """;
}
