import type { TrainableNetwork } from '../engine';

/** Does the work of one method, and gives what it gives; it may look at something before, or tell faults apart. */
type Around = <Result>(work: () => Result, method: keyof TrainableNetwork) => Result;

/** Those that give a promise, which rejects where another method throws. */
const LATER: ReadonlySet<PropertyKey> = new Set<keyof TrainableNetwork>([
  'trainStep',
  'evaluateStep',
  'exportWeights',
  'exportOptimizer',
]);

/** The network, whose methods all work by way of `around`. */
export function networkAround(network: TrainableNetwork, around: Around): TrainableNetwork {
  return new Proxy(network, {
    get: (target, name: keyof TrainableNetwork): unknown => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') {
        return member;
      }
      const call = (...given: unknown[]): unknown =>
        around((): unknown => Reflect.apply(member, target, given), name);
      return LATER.has(name) ? async (...given: unknown[]) => await call(...given) : call;
    },
  });
}
