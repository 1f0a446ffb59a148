/** sum[i] += term[i] over `length` floats, a multiple of 4. */
export function addTo(sum: usize, term: usize, length: i32): void {
  const end = sum + ((<usize>length) << 2);
  for (; sum < end; sum += 16, term += 16) {
    v128.store(sum, f32x4.add(v128.load(sum), v128.load(term)));
  }
}
