/**
 * A trainer's process in which no engine trains. Each word of UNDERSTUDY_TEST_ENGINES says what the next process does:
 * - the name of an engine: that fails; all others named were found to train, as the first process tells
 * - `crashes` loads the native engine, tries another, and ends as it trains on the first
 * - `dies` ends at once, `waits` loads the native engine and then tells only that it pauses or goes on
 */
import { writeFileSync } from 'node:fs';

const words = process.env.UNDERSTUDY_TEST_ENGINES.split(' ');
let waits = false;
process.on('message', ({ kind, job }) => {
  if (waits && (kind === 'pause' || kind === 'resume')) {
    process.send({ kind: kind === 'pause' ? 'paused' : 'continued' }, () => undefined);
  }
  if (kind !== 'train') {
    return;
  }
  const { failedEngines } = job;
  const word = words[failedEngines.length];
  if (word === 'dies') {
    process.exit(7);
  }
  if (word === 'crashes') {
    process.send({ kind: 'loading', name: 'native' });
    process.send({ kind: 'loading', name: 'wasm' });
    process.send({ kind: 'engine', name: 'native', description: '', reason: '' }, () => process.exit(9));
    return;
  }
  if (word === 'waits') {
    waits = true;
    writeFileSync(`${job.modelPath}.123.partial`, 'half written');
    process.send({ kind: 'loading', name: 'native' });
    return;
  }
  const others =
    failedEngines.length === 0 ? words.slice(1).filter((other) => !['dies', 'waits'].includes(other)) : [];
  process.send({ kind: 'engine', name: word, description: '', reason: '', others });
  process.send({ kind: 'failed', message: `The ${word} engine failed.`, engine: word }, () => {
    process.disconnect();
  });
});
