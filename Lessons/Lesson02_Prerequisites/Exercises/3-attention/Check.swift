import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("It equals the engine's attention, for any sizes") {
      for _ in 0..<10 {
        let (t, s) = (Int.draw(in: 1...6), Int.draw(in: 1...6))
        let (d, e) = (Int.draw(in: 1...9), Int.draw(in: 1...9))
        let (q, k, v) = (3 * Tensor.randn([t, d]), 3 * Tensor.randn([s, d]), Tensor.randn([s, e]))
        let found = attention(q, k, v)
        try expectShape(found, [t, e], "attention of queries [\(t), \(d)], keys [\(s), \(d)] and values [\(s), \(e)]")
        func batched(_ x: Tensor) -> Tensor { x.reshape(1, 1, x.shape[0], x.shape[1]) }
        // The engine wants values as wide as keys, so each column of values is a call of its own.
        let columns = (0..<e).map { column in
          let wide = v.slice(column..<column + 1, dim: 1).expand(s, d).contiguous()
          return Tensor.scaledDotProductAttention(query: batched(q), key: batched(k), value: batched(wide))
            .reshape(t, d).slice(0..<1, dim: 1)
        }
        try expectEqual(found, Tensor.cat(columns, dim: 1), within: 1e-4, "T = \(t), S = \(s), d = \(d)")
      }
    }
    try property("The weights of each query sum to 1: if all values are ones, so is the result") {
      let found = attention(Tensor.randn([4, 5]), Tensor.randn([7, 5]), Tensor.ones([7, 2]))
      try expectEqual(found, .ones([4, 2]), within: 1e-5, "the result for values of 1")
    }
    try property("A constant added to all keys' scores of a query changes nothing") {
      let (q, k, v) = (Tensor.randn([3, 4]), Tensor.randn([6, 4]), Tensor.randn([6, 4]))
      // The same vector added to every key adds the same number to all scores of a query.
      try expectEqual(attention(q, k + Tensor.randn([4]), v), attention(q, k, v), within: 1e-4, "keys moved together")
    }
    try property("Keys and values in another order change nothing") {
      let (q, k, v) = (Tensor.randn([3, 4]), Tensor.randn([6, 4]), Tensor.randn([6, 4]))
      let order = Array(0..<6).shuffledByDraw()
      let found = attention(q, k.indexSelect(order), v.indexSelect(order))
      try expectEqual(found, attention(q, k, v), within: 1e-5, "keys and values shuffled in the same way")
    }
    try property("With a mask the weights still sum to 1, and masked values do not matter") {
      let visible = Tensor([[1, 1, 0, 1], [0, 1, 0, 0]])
      let (q, k, v) = (Tensor.randn([2, 3]), Tensor.randn([4, 3]), Tensor.randn([4, 3]))
      try expectEqual(attention(q, k, .ones([4, 3]), mask: visible), .ones([2, 3]), within: 1e-5, "values of 1")
      try expectEqual(
        attention(q, k, v, mask: visible)[1], v[1], within: 1e-5, "a query that may see the second key alone")
    }
    try property("With a causal mask later tokens change no bit of earlier results") {
      let causal = Tensor.ones([6, 6]).tril()
      let x = Tensor.randn([6, 8])
      let other = Tensor.cat([x.slice(0..<3, dim: 0), Tensor.randn([3, 8])])
      let (found, changed) = (attention(x, x, x, mask: causal), attention(other, other, other, mask: causal))
      try expectEqual(
        changed[0..<3], found[0..<3], within: 0, "the first three results, after the last three tokens changed")
      try expectDifferent(changed[3..<6], found[3..<6], by: 1e-3, "the last three results")
    }
  }
}
