import type { SamplingOptions } from '../model/samplingOptions';
import type { Translate } from './translate';

/** Why every sample of the same text is the same, and which setting to change; null where samples differ. */
export function whySameSample(t: Translate, { greedy, topK, minP }: SamplingOptions): string | null {
  if (greedy) {
    return t(
      'Another sample would be the same text, as the setting understudy.sampling.greedy is on; turn it off first.',
    );
  }
  if (topK === 1) {
    return t(
      'Another sample would be the same text, as the setting understudy.sampling.topK is 1; set a higher number first, or 0.',
    );
  }
  return minP === 1
    ? t(
        'Another sample would be the same text, as the setting understudy.sampling.minP is 1; set a lower number first.',
      )
    : null;
}
