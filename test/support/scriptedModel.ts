/**
 * A process that serves a model whose answers are known. It is opened with its number; the paths THROWS and REFUSED cannot be. The question
 * "last" is answered at once, FAULTY with a fault, any other once a newer one waits. An answer is the question, how many were
 * being answered, and whether none waits.
 */
import { setImmediate } from 'node:timers/promises';
import { Refusal } from '../../src/completion/process/openingFaults';
import { serveModel } from '../../src/completion/process/serveModel';

const LONG_FAULT = `It is broken ${'.'.repeat(600)}\nat a place that says nothing to a user`;

let answering = 0;

serveModel(({ path }: { readonly path: string }) => {
  if (path !== 'small') {
    throw path === 'THROWS' ? new Error(LONG_FAULT) : new Refusal(LONG_FAULT);
  }
  return Promise.resolve({
    opened: process.pid,
    answer: async (question: string, isOutdated) => {
      if (question === 'FAULTY') {
        throw new Error(LONG_FAULT);
      }
      answering++;
      while (question !== 'last' && !isOutdated()) {
        await setImmediate();
      }
      const told = `${question} ${answering}${isOutdated() ? '' : ', the newest'}`;
      answering--;
      return told;
    },
  });
});
