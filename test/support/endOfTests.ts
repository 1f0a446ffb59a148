const SECONDS = 30;
// Also where a test has left the clock mocked.
const { setTimeout } = globalThis;

/** Fails a run that something keeps alive after its last test, as it would otherwise wait until whoever started it gives up. */
export const mochaHooks = {
  afterAll(): void {
    setTimeout(() => {
      const held = process.getActiveResourcesInfo().join(', ');
      console.error(
        `The tests have not ended ${SECONDS} seconds after the last one. What is still open: ${held}`,
      );
      // After mocha, which sets the status by the tests alone as the process ends.
      process.once('exit', () => (process.exitCode = 1));
      process.exit();
    }, SECONDS * 1000).unref();
  },
};
