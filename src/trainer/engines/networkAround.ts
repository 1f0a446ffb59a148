import type { TrainableNetwork } from '../engine';

/** Runs one method's work and returns its result; it may check something first, or translate errors. */
type Around = <Result>(work: () => Result, method: keyof TrainableNetwork) => Result;

/** Methods that return a promise: they reject where the others throw. */
const LATER: ReadonlySet<PropertyKey> = new Set<keyof TrainableNetwork>([
  'trainStep',
  'evaluateStep',
  'exportWeights',
  'exportOptimizer',
]);

/** The network with every method call passed through `around`. */
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
