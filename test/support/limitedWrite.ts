/** Writes a file whole while the system takes only its first 8 kB, as a disk that fills up does; prints the code of the fault. */
import { execFileSync } from 'node:child_process';
import { writeWholeFile } from '../../src/trainer/training/saveFile';

execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=8192:']);
writeWholeFile(process.argv[2], Buffer.alloc(100_000, 'new ')).then(
  () => {
    console.log('written');
  },
  (error: unknown) => {
    console.log((error as NodeJS.ErrnoException).code);
  },
);
