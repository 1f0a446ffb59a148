/**
 * One step of Adam (Kingma and Ba 2015) on arrays of `length` numbers, with the bias correction folded into `stepSize` and `epsilon`.
 * The moments change in place.
 * @param gradientScale what each gradient is multiplied by first
 * @param newValues takes the values after the step; may be `values` itself
 */
export function adam(
  values: usize,
  firstMoments: usize,
  secondMoments: usize,
  gradients: usize,
  newValues: usize,
  length: i32,
  gradientScale: f32,
  beta1: f64,
  beta2: f64,
  stepSize: f32,
  epsilon: f32,
): void {
  const scale = f32x4.splat(gradientScale);
  const keptOfFirst = f32x4.splat(<f32>beta1);
  const newOfFirst = f32x4.splat(<f32>(1 - beta1));
  const keptOfSecond = f32x4.splat(<f32>beta2);
  const newOfSecond = f32x4.splat(<f32>(1 - beta2));
  const step4 = f32x4.splat(stepSize);
  const epsilon4 = f32x4.splat(epsilon);
  const end = (<usize>length) << 2;
  const whole = end & ~15;
  // Four at a time, and what is left one by one.
  for (let i: usize = 0; i < end; i += i < whole ? 16 : 4) {
    const four = i < whole;
    const gradient = f32x4.mul(loadAt(gradients + i, four), scale);
    const first = f32x4.add(
      f32x4.mul(keptOfFirst, loadAt(firstMoments + i, four)),
      f32x4.mul(newOfFirst, gradient),
    );
    const second = f32x4.add(
      f32x4.mul(keptOfSecond, loadAt(secondMoments + i, four)),
      f32x4.mul(newOfSecond, f32x4.mul(gradient, gradient)),
    );
    const change = f32x4.div(f32x4.mul(step4, first), f32x4.add(f32x4.sqrt(second), epsilon4));
    storeAt(newValues + i, f32x4.sub(loadAt(values + i, four), change), four);
    storeAt(firstMoments + i, first, four);
    storeAt(secondMoments + i, second, four);
  }
}

// @ts-ignore: decorator
@inline
function loadAt(offset: usize, four: bool): v128 {
  return four ? v128.load(offset) : v128.load_splat<f32>(offset);
}

// @ts-ignore: decorator
@inline
function storeAt(offset: usize, numbers: v128, four: bool): void {
  if (four) {
    v128.store(offset, numbers);
  } else {
    store<f32>(offset, f32x4.extract_lane(numbers, 0));
  }
}
